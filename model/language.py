"""Which language a reply is in: sv, nb, nn, da, en, or undetermined.

Two libraries share the work, each where it measured best: py3langid tells Swedish, Norwegian,
Danish and English from each other and from 90 other languages, lingua tells bokmål from nynorsk.
Short replies are the hard case ("Ok, sender i dag."); there the customer message decides, since
agents nearly always answer in its language.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lingua import Language, LanguageDetectorBuilder
from py3langid.langid import MODEL_FILE
from py3langid.langid import LanguageIdentifier as LangidModel

from model.rubric import LANGUAGES
from model.scores import UNDETERMINED, DetectedLanguage

_SAME_LANGUAGE = 0.9
"""How often an agent is taken to answer in the language of the customer message, before reading the
reply.
"""
_LEAST_SUPPORTED = 0.2
"""Less probability than this on the five languages together, and the text is in none of them."""
_LEAST_SUPPORTED_SHORT, _SHORT_CHARACTERS = 0.03, 25
_MAX_CHARACTERS = 2_000
"""More text than this changes no decision and only costs time."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    probabilities: Mapping[str, float]
    supported: float
    letters: int

    @property
    def is_foreign(self) -> bool:
        limit = _LEAST_SUPPORTED if self.letters > _SHORT_CHARACTERS else _LEAST_SUPPORTED_SHORT
        return self.supported < limit


class LanguageIdentifier:
    """Identifies languages, safe to share between threads; takes half a second and 135 MB."""

    def __init__(self) -> None:
        self._langid = LangidModel.from_model_file(MODEL_FILE, norm_probs=True)
        self._norwegian = (
            LanguageDetectorBuilder.from_languages(Language.BOKMAL, Language.NYNORSK)
            .with_preloaded_language_models()
            .build()
        )

    def identify(self, text: str, customer_message: str | None = None) -> DetectedLanguage:
        """The language of `text` and its probability; `und` where it is none of the five.

        The probability is the evidence for the code among the five languages; for `und`, for none
        of them.
        """
        return self.identify_both(text, customer_message)[0]

    def identify_both(
        self, text: str, customer_message: str | None
    ) -> tuple[DetectedLanguage, DetectedLanguage | None]:
        """The language of `text` and that of the customer message, which is read once."""
        if customer_message is None:
            return _language(self._evidence(text), None), None
        asked = self._evidence(customer_message)
        return _language(self._evidence(text), asked), _language(asked, None)

    def _evidence(self, text: str) -> _Evidence:
        text = text[:_MAX_CHARACTERS]
        letters = sum(c.isalpha() for c in text)
        if not letters:
            return _Evidence(dict.fromkeys(LANGUAGES, 1 / len(LANGUAGES)), 0.0, 0)
        ranked = {code: float(p) for code, p in self._langid.rank(text)}
        norwegian = ranked["no"] + ranked["nn"]
        weights = {code: ranked[code] for code in ("sv", "da", "en")}
        nynorsk = self._nynorsk_share(text)
        weights |= {"nb": norwegian * (1 - nynorsk), "nn": norwegian * nynorsk}
        total = sum(weights.values())
        if total <= 0:
            return _Evidence(dict.fromkeys(LANGUAGES, 1 / len(LANGUAGES)), 0.0, letters)
        floor = 1e-6  # no language is ever ruled out by one short text
        return _Evidence(
            {code: (weights[code] / total + floor) / (1 + 5 * floor) for code in LANGUAGES},
            min(total, 1.0),
            letters,
        )

    def _nynorsk_share(self, text: str) -> float:
        values = self._norwegian.compute_language_confidence_values(text)
        return next(v.value for v in values if v.language == Language.NYNORSK)


def _language(evidence: _Evidence, asked: _Evidence | None) -> DetectedLanguage:
    """What the text's evidence says, and that of the customer message, if there is one."""
    if evidence.is_foreign or not evidence.letters:
        return DetectedLanguage(
            code=UNDETERMINED, probability=1 - evidence.supported, detected=True
        )
    posterior = dict(evidence.probabilities)
    if asked and not asked.is_foreign:
        other = (1 - _SAME_LANGUAGE) / (len(LANGUAGES) - 1)
        for code in LANGUAGES:
            same = asked.probabilities[code]
            posterior[code] *= _SAME_LANGUAGE * same + other * (1 - same)
    total = sum(posterior.values())
    code = max(LANGUAGES, key=posterior.__getitem__)
    return DetectedLanguage(code=code, probability=posterior[code] / total, detected=True)

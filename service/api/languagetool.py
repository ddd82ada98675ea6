"""POST /compat/languagetool/v2/check: the advice of /v1/score for clients of LanguageTool.

The answer repeats pieces of the text, as the protocol wants it; the log does not.
"""

from importlib.metadata import version
from typing import Literal

from flask import Blueprint, current_app, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.text import MAX_CHARACTERS
from service.api.bodies import form_body
from service.api.payloads import ScoreRequest
from service.api.scores import score_one
from service.auth import require_scope
from service.errors import Fault, ProblemError, invalid_request
from service.languagetool import AnnotationError, CheckedText, RuleChoice, matches

blueprint = Blueprint("languagetool", __name__, url_prefix="/compat/languagetool/v2")

_LANGUAGES = {
    "sv": ("Swedish", "sv-SE"),
    "nb": ("Norwegian (Bokmål)", "nb-NO"),
    "nn": ("Norwegian (Nynorsk)", "nn-NO"),
    "da": ("Danish", "da-DK"),
    "en": ("English", "en-US"),
}
_UNDETERMINED = ("Undetermined", "und")


class CheckForm(BaseModel):
    """The fields of LanguageTool's form that mean something here; others are passed over."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"examples": [{"text": "Kontakta FAQ.", "language": "auto"}]},
    )

    text: str | None = Field(None, description="The reply.", max_length=MAX_CHARACTERS)
    data: str | None = Field(None, description="The reply with markup, in place of `text`; JSON.")
    language: str = Field(
        description="sv, nb, nn, da or en, with or without a country; no for nb; auto to detect.",
        pattern=r"^(auto|(sv|nb|nn|no|da|en)(-[A-Za-z0-9-]{1,32})?)$",
    )
    mother_tongue: str | None = Field(
        None, alias="motherTongue", description="The language of the advice, if it is one of ours."
    )
    level: Literal["default", "picky"] = Field("default", description="picky: more advice.")
    enabled_rules: str = Field("", alias="enabledRules", description="Ids, separated by commas.")
    disabled_rules: str = Field("", alias="disabledRules", description="Ids, separated by commas.")
    enabled_categories: str = Field("", alias="enabledCategories", description="EMPATHY, …")
    disabled_categories: str = Field("", alias="disabledCategories", description="EMPATHY, …")
    enabled_only: Literal["true", "false", "yes", "no"] = Field("false", alias="enabledOnly")
    api_key: str | None = Field(None, alias="apiKey", description="A key, if none goes as Bearer.")

    def to_checked(self) -> CheckedText:
        """The text, and where each character was."""
        if (self.text is None) == (self.data is None):
            raise ProblemError("invalid-request", "send either text or data")
        if self.text is not None:
            return CheckedText.plain(self.text)
        try:
            return CheckedText.annotated(self.data or "")
        except AnnotationError as error:
            raise ProblemError(
                "invalid-request", str(error), [Fault("/data", str(error))]
            ) from None

    def to_choice(self) -> RuleChoice:
        """The rules that the client wants to hear of."""
        return RuleChoice(
            enabled=_ids(self.enabled_rules, self.enabled_categories),
            disabled=_ids(self.disabled_rules, self.disabled_categories),
            enabled_only=self.enabled_only in ("true", "yes"),
        )

    def to_request(self, text: str) -> ScoreRequest:
        """What /v1/score is asked."""
        fields = {
            "reply": text,
            "language": _code(self.language),
            "advice_language": _code(self.mother_tongue or "auto"),
            "advice_level": self.level,
        }
        try:
            return ScoreRequest.model_validate(fields)
        except ValidationError as error:
            raise invalid_request(error) from None


@blueprint.post("/check")
def check() -> dict[str, object]:
    """Check a reply as LanguageTool would."""
    require_scope(request, current_app.extensions["keys"], "score")
    form = form_body(CheckForm)
    checked = form.to_checked()
    language: object = {"code": _code(form.language), "probability": 0}
    advice: object = []
    if checked.text.strip():  # an empty document is no mistake of the editor
        answer = score_one(form.to_request(checked.text))
        language, advice = answer["language"], answer["advice"]
    assert isinstance(language, dict)  # noqa: S101
    assert isinstance(advice, list)  # noqa: S101
    return {
        "software": {
            "name": "Tonfall",
            "version": version("tonfall"),
            "apiVersion": 1,
            "premium": False,
            "status": "",
        },
        "warnings": {"incompleteResults": False},
        "language": _language(language["code"], language["probability"]),
        "matches": matches(checked, advice, form.to_choice()),
    }


@blueprint.get("/languages")
def languages() -> list[dict[str, str]]:
    """The languages, as LanguageTool lists its own; no key is asked."""
    return [
        {"name": name, "code": code, "longCode": long_code}
        for code, (name, long_code) in _LANGUAGES.items()
    ]


def _language(code: str | None, probability: float) -> dict[str, object]:
    name, long_code = _LANGUAGES.get(code or "", _UNDETERMINED)
    named = {"name": name, "code": long_code}
    return named | {"detectedLanguage": named | {"confidence": probability}}


def _code(tag: str) -> str | None:
    """One of our languages from a tag of any kind; None for any other, and for auto."""
    code = tag.partition("-")[0].lower()
    code = {"no": "nb"}.get(code, code)
    return code if code in _LANGUAGES else None


def _ids(*lists: str) -> frozenset[str]:
    return frozenset(part.strip() for ids in lists for part in ids.split(",") if part.strip())

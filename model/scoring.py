"""The scorer around a fitted model: it prepares replies, and puts intervals and statuses to what
the model predicts.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from model.calibration import Intervals
from model.language import LanguageIdentifier
from model.ordinal import expected_rating, rating_spread
from model.prediction import Prediction, Predictor, PreparedReply, SentencePrediction
from model.rubric import Behavior, Dimension, Need
from model.scores import (
    UNDETERMINED,
    Assessment,
    DetectedLanguage,
    Interval,
    Reply,
    Score,
    Sentence,
    Status,
)
from model.text import PreparedText, check_text, prepare, prepare_message

Floats = NDArray[np.float64]


class PredictionScorer:
    """Scores replies with any fitted model; satisfies `model.Scorer`."""

    def __init__(
        self,
        version: str,
        predictor: Predictor,
        intervals: Intervals,
        identifier: LanguageIdentifier,
    ) -> None:
        self.version = version
        self._predictor = predictor
        self._intervals = intervals
        self._identifier = identifier

    def score(self, replies: Sequence[Reply]) -> list[Assessment]:
        """Assess each reply; raises ReplyError for one that cannot be scored."""
        if not replies:
            return []
        languages, asked_in, texts, prepared = zip(*map(self._prepare, replies), strict=True)
        prediction = self._predictor.predict(prepared)
        return [
            self._assess(row, languages[row], asked_in[row], texts[row], prepared[row], prediction)
            for row in range(len(replies))
        ]

    def _prepare(
        self, reply: Reply
    ) -> tuple[DetectedLanguage, DetectedLanguage | None, PreparedText, PreparedReply]:
        check_text(reply.text)
        if reply.customer_message is not None:
            check_text(reply.customer_message, "customer message")
        sent = prepare(reply.text)
        message = (
            None if reply.customer_message is None else prepare_message(reply.customer_message)
        )
        if reply.language is None:
            language, asked_in = self._identifier.identify_both(sent.text, message)
        else:
            language = DetectedLanguage(code=reply.language, probability=1.0, detected=False)
            asked_in = None if message is None else self._identifier.identify(message)
        return (
            language,
            asked_in,
            sent,
            PreparedReply(
                text=sent.text, message=message, channel=reply.channel, language=language.code
            ),
        )

    def _assess(
        self,
        row: int,
        language: DetectedLanguage,
        asked_in: DetectedLanguage | None,
        sent: PreparedText,
        reply: PreparedReply,
        prediction: Prediction,
    ) -> Assessment:
        need = dict(zip(Need, prediction.need[row].tolist(), strict=True))
        is_odd = bool(prediction.oddity[row] > 1)
        scores = {
            dimension: self._score(
                dimension, prediction.distributions[row, i], language, reply, need, is_odd
            )
            for i, dimension in enumerate(Dimension)
        }
        return Assessment(
            language=language,
            empathy_need=need,
            scores=scores,
            risk=float(prediction.risk[row]),
            sentences=_sentences(prediction.sentences[row], sent),
            is_out_of_distribution=is_odd,
            customer_language=asked_in,
        )

    def _score(
        self,
        dimension: Dimension,
        distribution: Floats,
        language: DetectedLanguage,
        reply: PreparedReply,
        need: Mapping[Need, float],
        is_odd: bool,
    ) -> Score:
        interval = self._intervals.interval(
            dimension,
            language.code,
            value=float(expected_rating(distribution[None])[0]),
            spread=float(rating_spread(distribution[None])[0]),
            has_message=reply.message is not None,
        )
        return Score(
            dimension=dimension,
            distribution=tuple(distribution.tolist()),
            interval=interval,
            status=self._status(
                dimension, language, interval, need, reply.message is not None, is_odd
            ),
        )

    def _status(
        self,
        dimension: Dimension,
        language: DetectedLanguage,
        interval: Interval,
        need: Mapping[Need, float],
        has_message: bool,
        is_odd: bool,
    ) -> Status:
        if language.code == UNDETERMINED:
            return Status.UNSUPPORTED_LANGUAGE
        if is_odd:
            return Status.UNCERTAIN
        if dimension is Dimension.EMPATHY and has_message and need[Need.NONE] > 0.5:
            return Status.NOT_NEEDED
        return Status.UNCERTAIN if self._intervals.is_too_wide(interval) else Status.OK


def _sentences(found: Sequence[SentencePrediction], sent: PreparedText) -> tuple[Sentence, ...]:
    """The sentences with offsets into the text as sent."""
    result = []
    for sentence in found:
        start, end = sent.sent_span(sentence.start, sentence.end)
        behaviors = dict(zip(Behavior, sentence.behaviors.tolist(), strict=True))
        result.append(Sentence(start=start, end=end, behaviors=behaviors))
    return tuple(result)

"""Valid objects, with one argument for what a test is about."""

from pathlib import Path

from model import (
    Assessment,
    Channel,
    DetectedLanguage,
    Dimension,
    Interval,
    Need,
    Score,
    Status,
)
from service.settings import Settings
from training.corpus import RatedReply, Rating

DISTRIBUTION = (0.05, 0.1, 0.25, 0.4, 0.2)


def make_score(dimension: Dimension = Dimension.EMPATHY, status: Status = Status.OK) -> Score:
    return Score(
        dimension=dimension,
        distribution=DISTRIBUTION,
        interval=Interval(2.5, 4.5),
        status=status,
    )


def make_assessment(
    language: str = "sv", risk: float = 0.1, value: float | None = None
) -> Assessment:
    return Assessment(
        language=DetectedLanguage(code=language, probability=0.99, detected=True),
        empathy_need={Need.NONE: 0.2, Need.SOME: 0.5, Need.STRONG: 0.3},
        scores={d: make_score(d) if value is None else make_value(d, value) for d in Dimension},
        risk=risk,
    )


def make_value(dimension: Dimension, value: float) -> Score:
    """A score with this value, in [1, 5]."""
    high = (value - 1) / 4
    return Score(
        dimension=dimension,
        distribution=(1 - high, 0.0, 0.0, 0.0, high),
        interval=Interval(1.0, 5.0),
        status=Status.OK,
    )


def make_rating(
    rater: str = "r1", ratings: tuple[int, int, int] = (3, 3, 3), need: Need = Need.SOME
) -> Rating:
    empathy, politeness, clarity = ratings
    return Rating(
        rater=rater, empathy_need=need, empathy=empathy, politeness=politeness, clarity=clarity
    )


def make_reply(
    id: str = "sv-1",  # noqa: A002
    reply: str = "Hej! Paketet kommer i morgon.",
    language: str = "sv",
    ratings: tuple[Rating, ...] = (make_rating("r1"), make_rating("r2")),
    batch: str | None = None,
    contrast_set: str | None = None,
    counterpart_of: str | None = None,
    customer_message: str | None = "Var är mitt paket?",
) -> RatedReply:
    origin = {"text": "language_model", "ratings": "language_model"}
    return RatedReply(
        id=id,
        language=language,
        channel=Channel.EMAIL,
        domain="parcels",
        customer_message=customer_message,
        reply=reply,
        ratings=ratings,
        origin=origin | ({"batch": batch} if batch else {}),
        contrast_set=contrast_set,
        counterpart_of=counterpart_of,
        where=f"{language}.jsonl:1",
    )


def make_settings(folder: Path, host: str = "127.0.0.1") -> Settings:
    return Settings(host=host, keys_file=folder / "keys.json", log_level="info")

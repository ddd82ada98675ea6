"""The rated replies of data/replies, read without training's packages: serving is all it takes."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from model import LANGUAGES, Behavior, Channel, Dimension, Need, Reply
from service.intake import without_personal
from service.storage.reviews import Tag

FOLDER = Path(__file__).parents[2] / "data/replies"
_READERS = 2
"""So many found a behavior before it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A reply as it would be stored, with what its panel made of it."""

    id: str
    reply: Reply
    ratings: Mapping[Dimension, float]
    need: Need
    tags: tuple[Tag, ...] = ()


def read(languages: Iterable[str] = LANGUAGES, *, every: int = 1) -> list[Rated]:
    """The replies of the corpus in these languages, or every n-th of each."""
    files = (FOLDER / f"{language}.jsonl" for language in languages)
    lines = (line for file in files for line in file.read_text("utf-8").splitlines()[::every])
    return [_rated(json.loads(line)) for line in lines]


def _rated(record: Mapping[str, object]) -> Rated:
    text, message, ratings = (record[k] for k in ("reply", "customer_message", "ratings"))
    masked = without_personal(str(text))
    needs = Counter(str(r["empathy_need"]) for r in ratings)  # type: ignore[attr-defined]
    return Rated(
        id=str(record["id"]),
        reply=Reply(
            text=masked,
            customer_message=without_personal(str(message)) if message else None,
            channel=Channel(str(record["channel"])),
            language=str(record["language"]),
        ),
        ratings={d: fmean(float(r[d]) for r in ratings) for d in Dimension},  # type: ignore[attr-defined]
        need=Need(needs.most_common(1)[0][0]),
        tags=tuple(_tags(record.get("behaviors", []))) if masked == text else (),  # type: ignore[arg-type]
    )


def _tags(found: Iterable[Mapping[str, object]]) -> Iterator[Tag]:
    for each in found:
        if len(each["readers"]) >= _READERS:  # type: ignore[arg-type]
            start, stop = each["start"], each["end"]
            yield Tag(start=start, stop=stop, behavior=Behavior(each["tag"]))  # type: ignore[arg-type]

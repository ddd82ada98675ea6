"""Read and validate rated replies; an error names the file, the line and the field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jsonschema import Draft202012Validator
from numpy.typing import NDArray

from model import Channel, Dimension, Need, Reply
from model.prediction import PreparedReply
from model.rubric import POOR, RATINGS
from model.text import prepare, prepare_message
from training.errors import CorpusError

DATA = Path(__file__).parent.parent / "data"
SCHEMA = DATA / "schema" / "rated-reply.schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What one rater gave one reply: whole numbers, or what another scale's come to on 1-5."""

    rater: str
    empathy_need: Need
    empathy: float
    politeness: float
    clarity: float

    def __getitem__(self, dimension: Dimension) -> float:
        """The rating of one dimension, 1-5."""
        value: float = getattr(self, dimension)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviorSpan:
    """A tagged sentence: code points [start, end) of the reply, and who found the behavior."""

    start: int
    end: int
    tag: str
    readers: tuple[str, ...] = ()

    @property
    def is_agreed(self) -> bool:
        """False where one of several readers found it alone."""
        return len(self.readers) != 1


@dataclass(frozen=True, kw_only=True)
class RatedReply:
    """A reply with all its ratings."""

    id: str
    language: str
    channel: Channel
    domain: str
    customer_message: str | None
    reply: str
    ratings: tuple[Rating, ...]
    origin: Mapping[str, object]
    behaviors: tuple[BehaviorSpan, ...] | None = None
    customer_language: str | None = None
    contrast_set: str | None = None
    differs_in: str | None = None
    counterpart_of: str | None = None
    features: tuple[str, ...] = ()
    where: str = ""

    @cached_property
    def mean(self) -> Mapping[Dimension, float]:
        """The panel's mean rating by dimension, in [1, 5]."""
        return {d: float(np.mean([r[d] for r in self.ratings])) for d in Dimension}

    @cached_property
    def shares(self) -> Mapping[Dimension, NDArray[np.float64]]:
        """The shares of the ratings 1-5, (5,), by dimension.

        A rating between two of them counts for both, by its nearness; so the shares keep the mean.
        """
        given = {d: np.array([r[d] for r in self.ratings]) for d in Dimension}
        return {
            d: np.maximum(0.0, 1 - np.abs(given[d][:, None] - RATINGS)).mean(axis=0) for d in given
        }

    @cached_property
    def agreed(self) -> tuple[BehaviorSpan, ...]:
        """The behaviors that count: found by everyone who read the reply, or by its only reader."""
        return tuple(b for b in self.behaviors or () if b.is_agreed)

    @cached_property
    def need_shares(self) -> Mapping[Need, float]:
        """The share of raters for each empathy need."""
        return {n: float(np.mean([r.empathy_need is n for r in self.ratings])) for n in Need}

    @cached_property
    def need(self) -> Need:
        """The empathy need most raters saw; the greater one where they are divided evenly."""
        return max(reversed(Need), key=self.need_shares.__getitem__)

    @property
    def is_need_rated(self) -> bool:
        """False where no rater judged the need, and the import filled in what a scorer expects."""
        return "empathy_need" not in self.origin

    def panel_faults(self) -> Iterator[str]:
        """What is wrong with who rated the reply."""
        raters = [r.rater for r in self.ratings]
        if len(set(raters)) < len(raters):
            yield "ratings: a rater rated the reply twice"
        if self.origin.get("writer") in raters:
            yield f"ratings: the writer {self.origin['writer']!r} rated the reply"

    def to_reply(self) -> Reply:
        """The reply as a scorer takes it, its language to be detected."""
        return Reply(text=self.reply, customer_message=self.customer_message, channel=self.channel)


def prepared(reply: RatedReply) -> PreparedReply:
    """A rated reply as the model sees it; its language is known here, not detected."""
    message = reply.customer_message
    return PreparedReply(
        text=prepare(reply.reply).text,
        message=None if message is None else prepare_message(message),
        channel=reply.channel,
        language=reply.language,
    )


def is_poor(reply: RatedReply) -> float:
    """The share of raters who gave 1 or 2 on a dimension that counts (empathy, where it was
    needed); a rating between 2 and 3 counts in part.
    """
    lowest = [
        min(r.politeness, r.clarity)
        if r.empathy_need is Need.NONE
        else min(r.politeness, r.clarity, r.empathy)
        for r in reply.ratings
    ]
    return float(np.clip(POOR + 1 - np.array(lowest), 0, 1).mean())


def load_corpus(folder: Path) -> list[RatedReply]:
    """Every rated reply in the .jsonl files of `folder`; CorpusError lists all that is wrong, at
    once.
    """
    paths = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]
    if not paths or not all(p.is_file() for p in paths):
        raise CorpusError([f"{folder}: no .jsonl file there; give a folder of rated replies"])
    faults: list[str] = []
    replies: list[RatedReply] = []
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for where, row in _rows(paths, faults):
        found = list(row_faults(row, validator))
        faults += [f"{where}: {fault}" for fault in found]
        if not found and isinstance(row, dict):
            replies.append(rated_reply(row, where))
    faults += _identity_faults(replies)
    if faults:
        raise CorpusError(faults)
    return replies


def row_faults(row: object, validator: Draft202012Validator) -> Iterator[str]:
    """What is wrong in one record: the field, what was found, what is allowed."""
    for error in validator.iter_errors(row):
        field = ".".join(map(str, error.absolute_path)) or "record"
        if error.validator == "enum":
            allowed = ", ".join(map(str, error.validator_value))
            yield f"{field} is {error.instance!r}, the schema allows {allowed}"
        elif error.validator in ("minimum", "maximum"):
            yield f"{field} is {error.instance}, the rubric allows 1-5"
        elif error.validator in ("required", "additionalProperties", "dependentRequired"):
            yield f"{field}: {error.message}"
        else:
            yield f"{field} breaks the rule {error.validator} = {error.validator_value}"
    if isinstance(row, dict) and isinstance(row.get("behaviors"), list):
        length = len(row.get("reply", ""))
        for i, span in enumerate(row["behaviors"]):
            if not span.get("start", 0) < span.get("end", 0) <= length:
                ends = f"{span.get('start')}-{span.get('end')}"
                yield f"behaviors.{i} spans {ends} of {length} characters"


def _rows(paths: Sequence[Path], faults: list[str]) -> Iterator[tuple[str, object]]:
    for path in paths:
        try:
            lines = path.read_text("utf-8").split("\n")
        except UnicodeDecodeError as error:
            faults.append(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8")
            continue
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                yield where, json.loads(line)
            except ValueError as error:
                faults.append(f"{where}: not JSON ({error}); is the line cut off?")


def rated_reply(row: Mapping[str, object], where: str) -> RatedReply:
    """A record that satisfies the schema, and where it stands."""
    fields = dict(row) | {"where": where, "channel": Channel(str(row["channel"]))}
    fields["ratings"] = tuple(
        Rating(**r | {"empathy_need": Need(r["empathy_need"])})
        for r in row["ratings"]  # type: ignore[attr-defined]
    )
    if "behaviors" in row:
        fields["behaviors"] = tuple(
            BehaviorSpan(**b | {"readers": tuple(b.get("readers", ()))})
            for b in row["behaviors"]  # type: ignore[attr-defined]
        )
    fields["features"] = tuple(row.get("features", ()))  # type: ignore[arg-type]
    return RatedReply(**fields)  # type: ignore[arg-type]


def _identity_faults(replies: Sequence[RatedReply]) -> Iterator[str]:
    seen: dict[str, RatedReply] = {}
    for reply in replies:
        if reply.id in seen:
            yield f"{reply.where}: id {reply.id!r} was used in {seen[reply.id].where} already"
        seen[reply.id] = reply
        yield from (f"{reply.where}: {fault}" for fault in reply.panel_faults())
    for reply in replies:
        if reply.counterpart_of and reply.counterpart_of not in seen:
            yield f"{reply.where}: counterpart_of {reply.counterpart_of!r} is not in the corpus"

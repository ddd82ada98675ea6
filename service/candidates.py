"""The replies that a sample is drawn from, in columns: a million take some 100 MB."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model import Dimension
from model.rubric import HIGHEST, LOWEST

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.intp]
Names = NDArray[np.object_]
Times = NDArray[np.datetime64]


class Facet(StrEnum):
    """What replies are told apart by: strata of a draw, groups of an estimate."""

    TEAM = "team"
    AGENT = "agent"
    CHANNEL = "channel"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` up to, but not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError(f"a period needs time zones and start < end, got {self}")


LONGEST = timedelta(days=731)
"""The longest period that a report is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One sent reply as it was scored; an unknown facet is the empty string.

    `is_for_training`: kept for that purpose too, so that the active arm may draw it.
    """

    reply: str
    facets: Mapping[Facet, str]
    scores: Mapping[Dimension, float]
    risk: float
    model_version: str
    sent_at: datetime
    is_disputed: bool = False
    is_for_training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """A column of few distinct names: the names, sorted, and which one each row has."""

    names: tuple[str, ...]
    codes: Codes

    def __post_init__(self) -> None:
        if list(self.names) != sorted(set(self.names)):
            raise ValueError("the names of a column must be sorted and distinct")

    @classmethod
    def of(cls, values: Iterable[str]) -> Self:
        """Encode one name a row."""
        rows = list(values)
        names = tuple(sorted(set(rows)))
        code = {name: i for i, name in enumerate(names)}
        return cls(names=names, codes=np.fromiter((code[v] for v in rows), np.intp, len(rows)))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Codes | Bools) -> "Column":
        return Column(names=self.names, codes=self.codes[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """All scored replies that could be drawn, one entry a reply in every column.

    For figures alone, a row may stand for `count` replies with their mean scores, and the rows of
    drawn replies, which are among those, for none.
    """

    reply: Names
    facets: Mapping[Facet, Column]
    scores: Mapping[Dimension, Floats]
    risk: Floats
    model_version: Column
    sent_at: Times
    is_disputed: Bools
    is_for_training: Bools
    count: Floats

    def __post_init__(self) -> None:
        columns: list[Sized] = [*self.facets.values(), *self.scores.values()]
        columns += [getattr(self, f.name) for f in fields(self) if f.name not in _BY_NAME]
        if lengths := {len(c) for c in columns} - {len(self)}:
            raise ValueError(f"{len(self)} replies need columns as long, got {sorted(lengths)}")
        if not ((self.risk >= 0) & (self.risk <= 1)).all():
            raise ValueError("risk must be in [0, 1] for every candidate")
        for name, score in self.scores.items():
            if not ((score >= LOWEST) & (score <= HIGHEST)).all():
                raise ValueError(f"{name}: scores must be in [1, 5] for every candidate")

    @classmethod
    def of(cls, rows: Sequence[Candidate]) -> Self:
        """Columns from single candidates."""
        return cls(
            reply=np.array([r.reply for r in rows], dtype=object),
            facets={f: Column.of(r.facets[f] for r in rows) for f in Facet},
            scores={d: np.array([r.scores[d] for r in rows], dtype=np.float64) for d in Dimension},
            risk=np.array([r.risk for r in rows], dtype=np.float64),
            model_version=Column.of(r.model_version for r in rows),
            sent_at=np.array([_utc(r.sent_at) for r in rows], dtype="datetime64[us]"),
            is_disputed=np.array([r.is_disputed for r in rows], dtype=np.bool_),
            is_for_training=np.array([r.is_for_training for r in rows], dtype=np.bool_),
            count=np.ones(len(rows)),
        )

    def __len__(self) -> int:
        return len(self.reply)

    def __getitem__(self, rows: Codes | Bools) -> "Candidates":
        return Candidates(
            facets={f: column[rows] for f, column in self.facets.items()},
            scores={d: score[rows] for d, score in self.scores.items()},
            **{f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in _BY_NAME},
        )

    def within(self, period: Period) -> "Candidates":
        """Those sent in the period."""
        return self[self.are_within(period)]

    def are_within(self, period: Period) -> Bools:
        """Which were sent in the period."""
        start, end = _utc(period.start), _utc(period.end)
        result: Bools = (self.sent_at >= start) & (self.sent_at < end)
        return result

    def grouped(self, by: Sequence[Facet]) -> tuple[list[tuple[str, ...]], Codes]:
        """The combinations of facets that occur, sorted, and which one each reply has; no facet
        makes one group.
        """
        code, size = np.zeros(len(self), dtype=np.intp), 1
        for facet in by:
            column = self.facets[facet]
            size *= max(len(column.names), 1)
            code = code * max(len(column.names), 1) + column.codes
        first, group = _distinct(code, size)
        columns = [self.facets[f] for f in by]
        return [tuple(c.names[c.codes[i]] for c in columns) for i in first], group


_BY_NAME = ("facets", "scores")


def _distinct(code: Codes, size: int) -> tuple[Codes, Codes]:
    """Where each code below `size` occurs first, in their order, and which of them each row has."""
    if size > len(code):
        return np.unique(code, return_index=True, return_inverse=True)[1:]
    first = np.full(size, -1)
    first[code[::-1]] = np.arange(len(code))[::-1]
    occurs = first >= 0
    return first[occurs], (np.cumsum(occurs) - 1)[code]


def _utc(time: datetime) -> np.datetime64:
    if time.tzinfo is None:
        raise ValueError(f"a time needs a time zone, got {time}")
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")

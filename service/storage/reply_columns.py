"""Stored replies in columns, for samples and figures: no text is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import exists, select

from service.storage.database import Database
from service.storage.tables import ReplyRow
from service.storage.workbench_tables import DisputeRow, ReviewRow

_CHUNK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplyColumns:
    """One entry a reply in every column, in no order."""

    reply: NDArray[np.object_]
    team: NDArray[np.object_]
    agent: NDArray[np.object_]
    channel: NDArray[np.object_]
    language: NDArray[np.object_]
    model_version: NDArray[np.object_]
    sent_at: NDArray[np.datetime64]  # microseconds, UTC
    empathy: NDArray[np.float64]
    politeness: NDArray[np.float64]
    clarity: NDArray[np.float64]
    risk: NDArray[np.float64]
    is_disputed: NDArray[np.bool_]
    is_erased: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.reply)


def reply_columns(
    database: Database,
    start: datetime,
    end: datetime,
    *,
    team: str | None = None,
    channel: str | None = None,
    language: str | None = None,
) -> ReplyColumns:
    """All replies sent from `start` up to `end`: erased ones count, but cannot be drawn."""
    limits = {ReplyRow.team: team, ReplyRow.channel: channel, ReplyRow.language: language}
    query = (
        select(
            ReplyRow.id,
            ReplyRow.team,
            ReplyRow.agent,
            ReplyRow.channel,
            ReplyRow.language,
            ReplyRow.model_version,
            ReplyRow.sent_at,
            ReplyRow.empathy,
            ReplyRow.politeness,
            ReplyRow.clarity,
            ReplyRow.risk,
            ReplyRow.erased_at.is_not(None),
        )
        .where(ReplyRow.sent_at >= start, ReplyRow.sent_at < end)
        .where(*(column == value for column, value in limits.items() if value is not None))
    )
    disputed = select(ReviewRow.reply).where(exists().where(DisputeRow.review == ReviewRow.id))
    with database.reading() as db:
        rows = db.execute(query.execution_options(yield_per=_CHUNK))
        blocks = [_block(chunk) for chunk in rows.partitions()] or [_block(())]
        columns = [np.concatenate(parts) for parts in zip(*blocks, strict=True)]
        is_disputed = np.isin(columns[0].astype(str), list(db.scalars(disputed)))
    return ReplyColumns(**dict(zip(_COLUMNS, columns, strict=True)), is_disputed=is_disputed)


_COLUMNS: Mapping[str, DTypeLike] = {
    "reply": object,
    "team": object,
    "agent": object,
    "channel": object,
    "language": object,
    "model_version": object,
    "sent_at": "datetime64[us]",
    "empathy": np.float64,
    "politeness": np.float64,
    "clarity": np.float64,
    "risk": np.float64,
    "is_erased": np.bool_,
}


def _block(rows: Iterable[Sequence[object]]) -> list[NDArray[np.generic]]:
    names: dict[object, object] = {}  # few names, many rows: each string is kept once

    def cell(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None)
        return names.setdefault(value, value) if isinstance(value, str) else value

    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    kinds = _COLUMNS.values()
    return [
        np.array([cell(v) for v in column], dtype=kind)
        for column, kind in zip(columns, kinds, strict=True)
    ]

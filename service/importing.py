"""Import many sent replies, 256 in a transaction; what was stored stays, whatever comes after.

While some are scored, those that follow are read and redacted, and those before are stored.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from model import ReplyError, Scorer
from model.delimited import Fault, Row
from service.import_columns import ColumnMap, RowError
from service.intake import Intake, MaskedReply
from service.sent_replies import StoredReply

AT_ONCE = 256
_AHEAD = 2
"""Batches that are scored at a time: one alone leaves a core idle while its texts are prepared."""


@dataclass(slots=True, kw_only=True)
class Account:
    """What has become of the rows so far."""

    stored: int = 0
    already_there: int = 0
    bad: int = 0


def import_rows(
    rows: Iterable[Row | Fault],
    column_map: ColumnMap,
    intake: Intake,
    scorer: Scorer,
    *,
    account: Account,
    on_fault: Callable[[Fault], None],
    on_stored: Callable[[], None] = lambda: None,
) -> None:
    """Store the rows that are replies and count them in `account`, which holds when this raises."""
    scored: deque[tuple[int, Future[list[StoredReply]]]] = deque()

    def store() -> None:
        size, prepared = scored.popleft()
        new = intake.store(prepared.result())
        account.stored += len(new)
        account.already_there += size - len(new)
        on_stored()

    masked = _masked(rows, column_map, intake, account, on_fault)
    pool = ThreadPoolExecutor(_AHEAD, thread_name_prefix="import")
    try:
        while batch := list(islice(masked, AT_ONCE)):
            scored.append((len(batch), pool.submit(intake.prepare, batch, scorer)))
            if len(scored) > _AHEAD:
                store()
        while scored:
            store()
    finally:
        pool.shutdown(cancel_futures=True)


def check_rows(
    rows: Iterable[Row | Fault],
    column_map: ColumnMap,
    intake: Intake,
    *,
    account: Account,
    on_fault: Callable[[Fault], None],
) -> None:
    """Read every row as `import_rows` does, and store none."""
    for _ in _masked(rows, column_map, intake, account, on_fault):
        pass


def _masked(
    rows: Iterable[Row | Fault],
    column_map: ColumnMap,
    intake: Intake,
    account: Account,
    on_fault: Callable[[Fault], None],
) -> Iterator[MaskedReply]:
    for row in rows:
        try:
            if isinstance(row, Fault):
                raise RowError(row.why)
            yield intake.mask(column_map.reply(row))
        except (RowError, ReplyError) as error:
            account.bad += 1
            on_fault(Fault(row.line, str(error)))

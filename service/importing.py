"""Import many sent replies, 256 in a transaction; what was stored stays, whatever comes after."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from model import ReplyError, Scorer
from model.delimited import Fault
from service.import_columns import ColumnMap, RowError
from service.import_source import Row
from service.intake import Intake, MaskedReply

AT_ONCE = 256


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
    batch: list[MaskedReply] = []

    def store() -> None:
        new = intake.store(intake.prepare(batch, scorer))
        account.stored += len(new)
        account.already_there += len(batch) - len(new)
        batch.clear()
        on_stored()

    for masked in _masked(rows, column_map, intake, account, on_fault):
        batch.append(masked)
        if len(batch) == AT_ONCE:
            store()
    if batch:
        store()


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

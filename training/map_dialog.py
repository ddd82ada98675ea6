"""Settling a column map: guess, show, ask; or say which command line would settle it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

import click
from rich.console import Console
from rich.table import Table

from model import Channel, Dimension
from training.column_map import (
    FIELDS,
    REQUIRED,
    ColumnMap,
    check_columns,
    guess,
    scales_of,
    shown,
)
from training.errors import ColumnMapError
from training.scales import number
from training.tabular import Source

Doubtful = Mapping[str, Sequence[str]]
_FEW = 12
SCALES = "1-5, 1-10, thumbs, percent or WORST-BEST"


def settle(
    source: Source, given: ColumnMap, *, is_asked: bool, is_complete: bool, command: str
) -> ColumnMap:
    """The whole column map of a file; ColumnMapError names what is open, and how to say it.

    Nothing is guessed or asked where what is given `is_complete`; otherwise what is not given is
    guessed from the names of the columns, shown, and confirmed where somebody can be asked.
    """
    check_columns(given.columns, source.columns, source.name)
    taken = set(given.columns.values())
    candidates = {} if is_complete else guess([c for c in source.columns if c not in taken])
    fresh = {field: c for field, c in candidates.items() if field not in given.columns}
    settled = given.with_columns({field: c[0] for field, c in fresh.items() if len(c) == 1})
    doubtful = {field: c for field, c in fresh.items() if len(c) > 1}
    _show(source, settled)
    is_open = bool(doubtful or settled.missing())
    if is_asked and not is_complete:
        if is_open or not click.confirm("Is this right?", default=True):
            settled = _asked(source, settled, doubtful)
            _show(source, settled)
    elif is_open:
        stated = f"{command} {_options(given)}".rstrip()
        raise ColumnMapError(_what_to_say(source, settled, doubtful, stated))
    return settled


def _show(source: Source, column_map: ColumnMap) -> None:
    """The map as a table, with the kind of values in each column, never a text."""
    table = Table("field", "column", "holds", "scale", title="Column map", title_justify="left")
    scales = {d.value: s.name for d, s in column_map.scales.items()}
    for field in FIELDS:
        if column := column_map.columns.get(field):
            table.add_row(field, shown(column), _described(source, column), scales.get(field, ""))
        elif constant := column_map.constants.get(field):
            table.add_row(field, "–", f"{constant} in every row", "")
    Console(width=None if Console().is_terminal else 120).print(table, markup=False)


def _described(source: Source, column: str) -> str:
    """What a column holds: how many rows, numbers or texts, from where to where."""
    cells = [str(c) for row in source.rows if (c := row.cells.get(column)) not in (None, "")]
    if not cells:
        return "nothing"
    filled = "" if len(cells) == len(source.rows) else f", in {len(cells):,} rows"
    numbers = [v for cell in cells if (v := number(cell)) is not None]
    if 2 * len(numbers) > len(cells):
        texts = len(cells) - len(numbers)
        filled += f" and {texts:,} texts" if texts else ""
        return f"numbers {min(numbers):g} to {max(numbers):g}{filled}"
    values = len(set(cells))
    if values <= _FEW < len(cells):
        return f"{values} different texts{filled}"
    lengths = [len(c) for c in cells]
    return f"texts of {min(lengths)} to {max(lengths)} characters{filled}"


def _asked(source: Source, settled: ColumnMap, doubtful: Doubtful) -> ColumnMap:
    """Ask for every field, with what was guessed as the answer that Enter gives."""
    for i, name in enumerate(source.columns, 1):
        click.echo(f"{i:3}  {shown(name)}")
    columns: dict[str, str] = {}
    for field in FIELDS:
        proposed = settled.columns.get(field) or next(iter(doubtful.get(field, ())), None)
        if column := _asked_column(source, field, proposed):
            columns[field] = column
    scales = dict(settled.scales)
    for dimension in Dimension:
        if dimension not in scales:
            holds = _described(source, columns[dimension])
            scale = click.prompt(f"{dimension}, {holds}: scale ({SCALES})")
            scales |= scales_of([f"{dimension}={scale}"])
    constants = dict(settled.constants)
    if "channel" not in {*columns, *constants}:
        choice = click.Choice([c.value for c in Channel])
        constants["channel"] = click.prompt("channel of every row", type=choice)
    return replace(settled, columns=columns, scales=scales, constants=constants)


def _asked_column(source: Source, field: str, proposed: str | None) -> str | None:
    least = 1 if field in REQUIRED else 0
    chosen: int = click.prompt(
        f"{field}: number of its column" + ("" if least else ", 0 for none"),
        type=click.IntRange(least, len(source.columns)),
        default=source.columns.index(proposed) + 1 if proposed else (None if least else 0),
    )
    return source.columns[chosen - 1] if chosen else None


def _options(given: ColumnMap) -> str:
    """The options that gave a map."""
    pairs = [("--column", f"{field}={column}") for field, column in given.columns.items()]
    pairs += [("--scale", f"{d}={scale.name}") for d, scale in given.scales.items()]
    pairs += [(f"--{name}", value) for name, value in given.constants.items()]
    return shlex.join([word for pair in pairs for word in pair])


def _what_to_say(source: Source, settled: ColumnMap, doubtful: Doubtful, command: str) -> str:
    """What is open, and the command line that would settle it."""
    missing = settled.missing()
    absent = [f for f in REQUIRED if f in missing and f not in doubtful]
    open_points = [f"{f} could be {' or '.join(map(shown, c))}" for f, c in doubtful.items()]
    open_points += [f"no column is called {field}, or something like it" for field in absent]
    columns = {**{f: c[0] for f, c in doubtful.items()}, **dict.fromkeys(absent, "COLUMN")}
    line = [f"--column {shlex.quote(f'{f}={shown(c)}')}" for f, c in columns.items()]
    unscaled = [d for d in Dimension if d not in settled.scales]
    if unscaled:
        open_points.append(f"the scale of {', '.join(unscaled)} is not said ({SCALES})")
        whole = len(unscaled) == len(Dimension)
        line += ["--scale SCALE"] if whole else [f"--scale {d}=SCALE" for d in unscaled]
    if "channel" in missing:
        open_points.append(f"the channel is not said ({', '.join(Channel)})")
        line.append("--channel CHANNEL")
    known = {**columns, **settled.columns}
    holds = [
        f"  {shown(known[d])}: {_described(source, known[d])}"
        for d in unscaled
        if known[d] in source.columns
    ]
    return "\n".join(
        [
            f"{source.name}: {'; '.join(open_points)}. Say it, as in",
            f"  {command} {' '.join(line)}",
            f"columns there: {', '.join(map(shown, source.columns))}",
            *holds,
        ]
    )

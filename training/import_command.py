"""The command `tonfall-train import`: settle the column map, import, report."""

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from model import LANGUAGES, Channel, load_scorer
from training.column_map import ColumnMap, read_map, scales_of, written
from training.destination import Destination, account_of, default_name, write_whole
from training.errors import ColumnMapError
from training.importing import Imported, import_records, import_table, import_transcripts
from training.map_dialog import settle
from training.tabular import read_source

_MOST_FAULTS = 50


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Data folder."
)
@click.option("--name", help="Of the file in FOLDER/replies; FILE's own by default.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A kept column map; nothing is guessed beside it.",
)
@click.option("--column", "columns", multiple=True, metavar="FIELD=COLUMN", help="May be repeated.")
@click.option(
    "--scale",
    "scales",
    multiple=True,
    metavar="[DIMENSION=]SCALE",
    help="1-5, 1-10, thumbs, percent or WORST-BEST.",
)
@click.option("--channel", type=click.Choice([c.value for c in Channel]), help="Of every row.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of every row.")
@click.option("--domain", help="The desk all replies are from.")
@click.option("--encoding", help="Of a text file; found by itself without.")
@click.option("--sheet", help="Of an Excel file; the first by default.")
@click.option(
    "--save-map",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the map that was used.",
)
@click.option("--strict", is_flag=True, help="Write nothing if a single row has a fault.")
@click.option("--ask/--no-ask", default=None, help="Confirm the map; by default on a terminal.")
def import_command(
    file: Path,
    out: Path,
    name: str | None,
    map_file: Path | None,
    columns: Sequence[str],
    scales: Sequence[str],
    channel: str | None,
    language: str | None,
    domain: str | None,
    encoding: str | None,
    sheet: str | None,
    save_map: Path | None,
    strict: bool,
    ask: bool | None,
) -> None:
    """Import rated replies from FILE (CSV, Excel, JSON Lines, Parquet) into a data folder."""
    destination = Destination(folder=out, name=name or default_name(file))
    destination.check_is_free()
    source = read_source(file, encoding=encoding, sheet=sheet)
    click.echo(f"{source.name}: {source.form}, {len(source.rows):,} rows")
    if source.is_transcripts:
        column_map, imported = None, import_transcripts(source, load_scorer)
    elif source.is_rated_replies:
        column_map, imported = None, import_records(source)
    else:
        constants = {"channel": channel, "language": language, "domain": domain}
        given = _given(map_file, columns, scales, constants)
        column_map = settle(
            source,
            given,
            is_asked=sys.stdin.isatty() if ask is None else ask,
            is_complete=map_file is not None,
            command=shlex.join(["tonfall-train", "import", str(file), "--out", str(out)]),
        )
        imported = import_table(source, column_map, load_scorer)
    destination.leave_out_known(imported)
    _report(source.name, imported)
    if not imported.records or (strict and imported.faults):
        reason = "no row could be used" if not imported.records else "--strict, and rows had faults"
        raise click.ClickException(f"nothing was written: {reason}")
    destination.write(imported, account_of(file, source.form, column_map, imported))
    if save_map and column_map:
        write_whole(save_map, written(column_map))
    click.echo(
        f"{len(imported.records):,} replies with {imported.ratings:,} ratings in "
        f"{destination.replies}; next: tonfall-train check {out}"
    )


def _given(
    map_file: Path | None,
    columns: Iterable[str],
    scales: Iterable[str],
    constants: Mapping[str, str | None],
) -> ColumnMap:
    """What file and options say; an option goes before the file."""
    kept = read_map(map_file) if map_file else ColumnMap()
    stated = {}
    for pair in columns:
        field, separator, column = pair.partition("=")
        if not separator:
            raise ColumnMapError(f"--column {pair}: write FIELD=COLUMN, as in reply=Svar")
        stated[field] = column
    return replace(
        kept,
        columns={**kept.columns, **stated},
        scales={**kept.scales, **scales_of(scales)},
        constants={**kept.constants, **{k: v for k, v in constants.items() if v}},
    )


def _report(name: str, imported: Imported) -> None:
    """Faults by line, then what was assumed, on standard error."""
    for line, fault in imported.faults[:_MOST_FAULTS]:
        click.echo(f"{name}:{line}: {fault}", err=True)
    if len(imported.faults) > _MOST_FAULTS:
        click.echo(f"… and {len(imported.faults) - _MOST_FAULTS:,} more faults", err=True)
    for note in imported.notes:
        click.echo(f"note: {note}", err=True)
    if imported.faults:
        left_out = len({line for line, _ in imported.faults})
        click.echo(f"warning: {left_out:,} of {imported.rows:,} rows were left out", err=True)

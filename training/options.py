"""What the commands share: kinds of paths, options, and how a table is printed."""

from collections.abc import Callable, Sequence
from getpass import getuser
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from training.corpus import DATA
from training.recipe import RECIPES

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)
Decorator = Callable[[Any], Any]

data_option: Decorator = click.option(
    "--data", type=FOLDER, default=DATA, help="Folder with replies/ and, perhaps, plan.toml."
)
public_option: Decorator = click.option(
    "--public",
    type=FOLDER,
    help="Folder with the texts of the rated public replies (data/public-ratings).",
)
by_option: Decorator = click.option(
    "--by", default=getuser, metavar="NAME", help="Who decides it; default: your login."
)


def recipe_option(name: str) -> Decorator:
    """An option for a recipe file; the one that ships is the default."""
    help_text = f"Every choice of the run; default: {name}.toml."
    return click.option("--recipe", type=FILE, default=RECIPES / f"{name}.toml", help=help_text)


def out_option(default: str) -> Decorator:
    """An option for the folder that is written."""
    return click.option("--out", type=NEW, default=Path(default), help="New folder.")


def console() -> Console:
    """The terminal, or a page wide enough for every table."""
    return Console(width=None if Console().is_terminal else 140)


def print_table(
    to: Console, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """A table with its title; nothing where there are no rows."""
    if rows:
        table = Table(*head, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        to.print(table)

"""Tables in Markdown, and the parts of a README that are written by a command."""

from collections.abc import Sequence
from pathlib import Path

from training.errors import TrainingError


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marker lines of a file, which must hold both."""
    before, found, rest = path.read_text("utf-8").partition(begin)
    _, closing, after = rest.partition(end)
    if not found or not closing:
        raise TrainingError(f"{path}: needs the lines {begin!r} and {end!r}; put them back")
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8")

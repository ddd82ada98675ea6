"""Translated sentence pairs: read, kept aside for the retrieval test, drawn in balance by register.

A folder of them holds `parallel.<language>.tsv.gz` (English, translation, source), and may hold
`mono.<language>.txt.gz` (text, source) and `freq.<sv|no|da>.txt.gz` (word, count), gzip, UTF-8.
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.errors import CorpusError
from training.splits import hashed_share

NORDIC = ("sv", "nb", "nn", "da")
_DOCUMENTATION = "msdocs"
_MACHINE = "syn-"
_ASIDE = 0.02
_LONG = 20
"""Words; a sentence from here on counts as long in the retrieval test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An English sentence and its translation."""

    english: str
    text: str
    language: str
    source: str

    @property
    def register(self) -> str:
        """`documentation`, `machine` (rule-based translation) or `plain`: all that people wrote."""
        if _DOCUMENTATION in self.source:
            return "documentation"
        return "machine" if self.source.startswith(_MACHINE) else "plain"

    @property
    def is_aside(self) -> bool:
        """True for a pair that nothing is trained on; the same English sentence in all
        languages.
        """
        return hashed_share(self.english.lower()) < _ASIDE


def load_pairs(folder: Path) -> list[Pair]:
    """All pairs of a folder; CorpusError names a file that is missing or cut off."""
    return [
        Pair(english=row[0], text=row[1], language=language, source=row[2])
        for language in NORDIC
        for row in _rows(folder / f"parallel.{language}.tsv.gz", 3)
    ]


def load_texts(folder: Path) -> Mapping[str, list[str]]:
    """Text in one language, by language, where the folder holds any."""
    return {
        language: [row[0] for row in _rows(path, 2)]
        for language in NORDIC
        if (path := folder / f"mono.{language}.txt.gz").exists()
    }


def load_frequencies(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Counts of words by language (`no` for Norwegian), where the folder holds any."""
    return {
        language: {row[0]: int(row[1]) for row in _rows(path, 2, " ")}
        for language in ("sv", "no", "da")
        if (path := folder / f"freq.{language}.txt.gz").exists()
    }


def retrieval_pairs(pairs: Sequence[Pair], most: int = 1_000) -> Mapping[str, list[Pair]]:
    """The pairs kept aside, by language and length (`sv`, `sv long`, …), at most `most` each.

    Each sentence stands once: a pair whose English or translation occurs twice cannot be retrieved.
    """
    found: dict[str, list[Pair]] = {}
    for language in NORDIC:
        seen: set[str] = set()
        for pair in pairs:
            if pair.language != language or not pair.is_aside or pair.register == "machine":
                continue
            keys = {pair.english.lower(), pair.text.lower()}
            is_long = len(pair.english.split()) >= _LONG
            if keys & seen or (pair.register == "documentation" and not is_long):
                continue
            seen |= keys
            part = found.setdefault(f"{language} long" if is_long else language, [])
            if len(part) < most:
                part.append(pair)
    return found


class Balanced:
    """Draws training pairs: languages evenly, registers by weight, then any pair of those."""

    def __init__(self, pairs: Sequence[Pair], weights: Mapping[str, float]) -> None:
        self._cells: dict[tuple[str, str], list[Pair]] = {}
        for pair in pairs:
            if not pair.is_aside:
                self._cells.setdefault((pair.language, pair.register), []).append(pair)
        self._names = sorted(self._cells)
        raw = np.array([weights[register] for _, register in self._names])
        languages = np.array([language for language, _ in self._names])
        for language in set(languages):
            raw[languages == language] /= raw[languages == language].sum()
        self._shares = raw / raw.sum()

    def draw(self, n: int, random: np.random.Generator) -> list[Pair]:
        """`n` pairs, with replacement."""
        cells = random.choice(len(self._names), n, p=self._shares)
        return [
            part[random.integers(len(part))]
            for part in (self._cells[self._names[cell]] for cell in cells)
        ]

    def draw_like(self, pair: Pair, n: int, random: np.random.Generator) -> list[Pair]:
        """`n` pairs of the same language and register."""
        part = self._cells[pair.language, pair.register]
        return [part[random.integers(len(part))] for _ in range(n)]


def _rows(path: Path, columns: int, separator: str = "\t") -> Iterator[list[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = line.rstrip("\n").split(separator)
                if len(row) != columns:
                    raise CorpusError([f"{path.name}:{number}: {len(row)} columns, not {columns}"])
                yield row
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CorpusError([f"{path}: cannot be read ({error.__class__.__name__})"]) from error

"""Somebody's rated replies -> records in the format of data/schema, ready for `load_corpus`.

Rows that rate the same reply to the same message become one record with several ratings. Ids are
digests of the texts, so that the same file always gives the same records. What the file does not
say is not made up: a rating that is missing leaves its row out, a language is identified from the
text, and an empathy need that nobody judged is the scorer's, and marked so.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from jsonschema import Draft202012Validator
from tqdm import tqdm

from model import LANGUAGES, UNDETERMINED, Need, Reply, Scorer
from model.language import LanguageIdentifier
from model.text import prepare, prepare_message
from training.column_map import ColumnMap, shown
from training.corpus import SCHEMA, rated_reply, row_faults
from training.personal import personal_data
from training.rated_rows import NORWEGIAN, RatedRow, RowReader
from training.scales import number
from training.tabular import Source
from training.transcripts import TranscriptReader

Record = Mapping[str, object]
Panel = list[RatedRow]
_Item = TypeVar("_Item")
_BATCH = 64


@dataclass(slots=True, kw_only=True)
class Imported:
    """Records and the line each begins on, what was left out and why, and what was assumed."""

    rows: int
    records: list[tuple[int, Record]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ratings(self) -> int:
        """How many ratings the records hold."""
        return sum(len(r["ratings"]) for _, r in self.records)  # type: ignore[arg-type,misc]


def import_table(source: Source, column_map: ColumnMap, scorer: Callable[[], Scorer]) -> Imported:
    """Records from rows; `scorer` is called only where no row says the empathy need."""
    imported = _begun(source)
    reader = RowReader(column_map)
    rows: list[RatedRow] = []
    for row in _progress(source.rows, "read rows"):
        read = reader.read(row)
        if isinstance(read, RatedRow):
            rows.append(read)
        else:
            imported.faults += [(row.line, fault) for fault in read]
    imported.notes += _unused_ends(source, column_map)
    return _joined(rows, imported, scorer, _scale_names(column_map))


def import_transcripts(source: Source, scorer: Callable[[], Scorer]) -> Imported:
    """Records from conversations: each turn of an agent that carries ratings."""
    imported = _begun(source)
    reader = TranscriptReader()
    rows: list[RatedRow] = []
    for row in source.rows:
        faults = list(reader.faults(row))
        imported.faults += [(row.line, fault) for fault in faults]
        rows += [] if faults else reader.read(row)
    return _joined(rows, imported, scorer, "")


def import_records(source: Source) -> Imported:
    """Records of the service's export, as they are."""
    imported = _begun(source)
    imported.records = [(row.line, row.cells) for row in source.rows]
    return _checked(imported)


def _begun(source: Source) -> Imported:
    return Imported(
        rows=len(source.rows) + len(source.faults), faults=[(f.line, f.why) for f in source.faults]
    )


def _joined(
    rows: Sequence[RatedRow], imported: Imported, scorer: Callable[[], Scorer], scales: str
) -> Imported:
    panels = _with_languages(_panels(rows, imported), imported)
    silent = [panel[0] for panel in panels if not any(row.need for row in panel)]
    needs = _expected_needs(silent, scorer) if silent else {}
    if silent:
        imported.notes.append(
            f"empathy need of {len(silent):,} replies: nobody's; the scorer's, marked in origin, "
            "which no need is fitted to or measured by"
        )
    imported.records = [
        (panel[0].line, _record(panel, needs.get(_key(panel[0])), scales)) for panel in panels
    ]
    return _checked(imported)


def _panels(rows: Sequence[RatedRow], imported: Imported) -> list[Panel]:
    """The rows of each reply; a row that says again what another said is left out."""
    panels: dict[tuple[str, str | None], Panel] = {}
    repeated = 0
    for row in rows:
        panel = panels.setdefault(_key(row), [])
        earlier = [r for r in panel if r.rater == row.rater]
        if any((r.ratings, r.need) == (row.ratings, row.need) for r in earlier):
            repeated += 1
        elif earlier and row.rater:
            imported.faults.append(
                (row.line, f"(rater) gave this reply other ratings in line {earlier[0].line}")
            )
        else:
            panel.append(row)
    if repeated:
        imported.notes.append(f"{repeated:,} rows repeat another one and count once")
    return list(panels.values())


def _with_languages(panels: Sequence[Panel], imported: Imported) -> list[Panel]:
    """The panels whose language is known or can be identified, with it in their first row."""
    identifier: LanguageIdentifier | None = None
    found: list[Panel] = []
    counted: Counter[str] = Counter()
    for panel in _progress(panels, "identify languages"):
        language = next((row.language for row in panel if row.language), None)
        if language in (None, NORWEGIAN):
            identifier = identifier or LanguageIdentifier()
            language = _identified(panel[0], language, identifier)
            counted[language] += 1
        if language == UNDETERMINED:
            imported.faults.append(
                (panel[0].line, f"(language) could be none of {', '.join(LANGUAGES)}; say which")
            )
        else:
            found.append([replace(panel[0], language=language), *panel[1:]])
    if counted:
        each = ", ".join(f"{code} {n:,}" for code, n in counted.most_common())
        imported.notes.append(f"language identified from the text: {each}")
    return found


def _identified(row: RatedRow, stated: str | None, identifier: LanguageIdentifier) -> str:
    message = row.customer_message and prepare_message(row.customer_message)
    code = identifier.identify(prepare(row.reply).text, message).code
    if stated == NORWEGIAN and code not in ("nb", "nn"):
        return "nb"  # nine of ten write it
    return code


def _expected_needs(
    rows: Sequence[RatedRow], scorer: Callable[[], Scorer]
) -> dict[tuple[str, str | None], Need]:
    loaded, needs = scorer(), {}
    for at in _progress(range(0, len(rows), _BATCH), "expect empathy need"):
        part = rows[at : at + _BATCH]
        replies = [
            Reply(
                text=r.reply,
                customer_message=r.customer_message,
                channel=r.channel,
                language=r.language,
            )
            for r in part
        ]
        for row, assessment in zip(part, loaded.score(replies), strict=True):
            need = assessment.empathy_need
            needs[_key(row)] = max(need, key=need.__getitem__)
    return needs


def _record(panel: Panel, expected_need: Need | None, scales: str) -> Record:
    first = panel[0]
    judged = Counter(row.need for row in panel if row.need)
    need = expected_need or judged.most_common(1)[0][0]
    unknown = iter(range(1, len(panel) + 1))
    ratings = [
        {"rater": row.rater or f"unknown-{next(unknown)}", "empathy_need": row.need or need}
        | dict(row.ratings)
        for row in panel
    ]
    origin = {
        "text": "person",
        "ratings": "person",
        "writer": next((row.writer for row in panel if row.writer), None),
        "conversation": next((row.conversation for row in panel if row.conversation), None),
        "scale": scales or None,
        "empathy_need": "scorer" if expected_need else None,
    }
    text = json.dumps([first.customer_message, first.reply])
    return {
        "id": f"{first.language}-{hashlib.sha256(text.encode()).hexdigest()[:16]}",
        "language": first.language,
        "channel": first.channel,
        "domain": first.domain,
        "customer_message": first.customer_message,
        "reply": first.reply,
        "ratings": ratings,
        "origin": {k: v for k, v in origin.items() if v is not None},
    }


def _checked(imported: Imported) -> Imported:
    """Only the records that `load_corpus` takes; the others become faults."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    seen: dict[object, int] = {}
    good: list[tuple[int, Record]] = []
    personal = 0
    for line, record in imported.records:
        faults = list(row_faults(record, validator))
        if not faults:
            reply = rated_reply(record, "")
            faults += reply.panel_faults()
            personal += any(True for _ in personal_data(reply))
            if reply.id in seen:
                faults.append(f"id {reply.id!r} was used in line {seen[reply.id]} already")
            seen.setdefault(reply.id, line)
        imported.faults += [(line, fault) for fault in faults]
        good += [] if faults else [(line, record)]
    if personal:
        imported.notes.append(
            f"{personal:,} replies hold what could be somebody's address, link or number; nothing "
            "was masked: tonfall-train check names the places"
        )
    imported.records = good
    imported.faults.sort(key=lambda fault: fault[0])
    return imported


def _unused_ends(source: Source, column_map: ColumnMap) -> Iterator[str]:
    """A declared scale whose better half never occurs: perhaps it is another one."""
    for dimension, scale in column_map.scales.items():
        column = column_map.columns[dimension]
        values = [v for row in source.rows if (v := number(row.cells.get(column))) is not None]
        middle = (scale.worst + scale.best) / 2
        sign = 1 if scale.best > scale.worst else -1
        if values and scale.name != "thumbs" and all(sign * (v - middle) < 0 for v in values):
            yield (
                f"{shown(column)}: declared as {scale.name}, but the values run from "
                f"{min(values):g} to {max(values):g}; is it another scale?"
            )


def _scale_names(column_map: ColumnMap) -> str:
    names = {d: s.name for d, s in column_map.scales.items() if not s.is_rubric}
    if len(names) == len(column_map.scales) and len(set(names.values())) == 1:
        return next(iter(names.values()))
    return ", ".join(f"{d} {name}" for d, name in names.items())


def _key(row: RatedRow) -> tuple[str, str | None]:
    return row.reply, row.customer_message


def _progress(items: Sequence[_Item], what: str) -> Iterable[_Item]:
    return tqdm(items, desc=what, unit="row", leave=False, disable=None)

"""Which column of somebody's file is what: given, guessed from the names, kept for the next."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from model import Dimension
from training.errors import ColumnMapError
from training.scales import Scale, parse_scale

FIELDS = {
    "reply": "reply|reply text|response|answer|agent reply|agent text|agent message|agent response"
    "|svar|svarstext|svartekst|agentsvar|agentens svar|vårt svar|svar till kund"
    "|svar til kunde|svar til kunden|besvarelse|utgående|outgoing|outgoing message",
    "customer_message": "customer message|customer text|message|question|inquiry|enquiry"
    "|incoming|incoming message|kundmeddelande|kundens meddelande|kundfråga|kundens fråga|fråga"
    "|meddelande|inkommande|kundemelding|kundens melding|kundehenvendelse|henvendelse|henvending"
    "|melding|spørsmål|kundebesked|kundebeskjed|kundens besked|besked|meddelelse|spørgsmål"
    "|kundens spørgsmål|kundens spørsmål|indgående|innkommende",
    "empathy": "empathy|empati|medkänsla|medfølelse|medkjensle",
    "politeness": "politeness|courtesy|artighet|hövlighet|høflighet|høflegheit|høflegskap"
    "|høvlegheit|høflighed",
    "clarity": "clarity|tydlighet|klarhet|begriplighet|tydelighet|tydelegheit|klarleik|tydelighed"
    "|klarhed",
    "empathy_need": "empathy need|need|need for empathy|empatibehov|behov|behov av empati"
    "|behov for empati",
    "language": "language|lang|locale|språk|språkkod|språkkode|sprog|sprogkode",
    "channel": "channel|medium|kanal|kontaktväg|kontaktkanal",
    "domain": "domain|department|desk|domän|domene|domæne|avdelning|avdeling|afdeling|kategori"
    "|category|område",
    "rater": "rater|rated by|reviewer|evaluator|assessor|bedömare|bedömd av|granskare|granskad av"
    "|bedømmer|bedømt av|bedømt af|vurderer|vurdert av|vurderet af|vurderar",
    "writer": "writer|agent|agent name|agent id|author|handläggare|medarbetare|agentnamn|agentnavn"
    "|saksbehandler|medarbeider|sakshandsamar|medarbeidar|kundebehandler|sagsbehandler|medarbejder"
    "|rådgivare|rådgiver|rådgjevar",
    "conversation": "conversation|conversation id|ticket|ticket id|ticket number|ticket no|case"
    "|case id|case number|thread|thread id|konversation|ärende|ärende id|ärendenummer|ärendenr"
    "|samtal|samtal id|sak|saksnummer|saksnr|sak id|samtale|samtale id|sag|sagsnummer|sagsnr",
    "id": "id|reply id|message id|svarsid|svar id|svar nr|radnr|rad|row",
}
"""What can stand in a file, and what people call it in five languages."""
REQUIRED = ("reply", *Dimension)
CONSTANTS = ("channel", "language", "domain")
_ABOUT_IT = re.compile(
    r"\b(?:time|tid|date|dato|datum|count|antal|antall|length|name|namn|navn|id|nr|number|nummer"
    r"|e?mail|phone|comment|kommentar|why|reason|begrunnelse|begrundelse|motivering)\b"
)
"""A column called "response time" or "Empati, kommentar" is about a field, and not the field."""
_LEAST_PART = 5
"""A shorter name counts only as a whole word of a column's name, a longer one within a word too."""
_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """Columns by field, scales by dimension, what holds for every row, words for values."""

    columns: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[Dimension, Scale] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.values):
            if name not in FIELDS:
                raise ColumnMapError(f"{name!r} is no field; there are {', '.join(FIELDS)}")
        for name in self.constants:
            if name not in CONSTANTS:
                raise ColumnMapError(f"{name!r} cannot be the same for every row")

    def with_columns(self, columns: Mapping[str, str]) -> "ColumnMap":
        """The same with more columns; what was there stays."""
        known = {**columns, **self.columns}
        return replace(self, columns={name: known[name] for name in FIELDS if name in known})

    def missing(self) -> list[str]:
        """What must still be said before a row can be read."""
        wanted = [f for f in REQUIRED if f not in self.columns]
        wanted += [f"scale of {d}" for d in Dimension if d not in self.scales]
        if "channel" not in {*self.columns, *self.constants}:
            wanted.append("channel")
        return wanted


def guess(columns: Sequence[str]) -> dict[str, list[str]]:
    """The columns that could be each field, by their names; only equally good ones are kept."""
    ranked: dict[str, list[tuple[int, str]]] = {}
    for column in columns:
        if best := _best_field(column):
            rank, name = best
            ranked.setdefault(name, []).append((rank, column))
    return {
        name: [column for rank, column in found if rank == min(found)[0]]
        for name, found in ranked.items()
    }


def _best_field(column: str) -> tuple[int, str] | None:
    """The field whose name the column bears (0) or holds (1), the longest name first."""
    words = " ".join(re.findall(r"[^\W_]+", column.lower()))
    matches = []
    for name, synonyms in FIELDS.items():
        for synonym in synonyms.split("|"):
            if words == synonym:
                return 0, name
            whole = re.search(rf"\b{re.escape(synonym)}\b", words)
            if whole or (len(synonym) >= _LEAST_PART and synonym in words):
                matches.append((len(synonym), name))
    return (1, max(matches)[1]) if matches and not _ABOUT_IT.search(words) else None


def shown(column: str) -> str:
    """A column's name, unless it is so long that it may be a text: then its length."""
    return column if len(column) <= _SHOWN else f"(a name of {len(column)} characters)"


def check_columns(columns: Mapping[str, str], there: Sequence[str], name: str) -> None:
    """ColumnMapError where the map names a column that the file has not."""
    for field_name, column in columns.items():
        if column not in there:
            names = ", ".join(map(shown, there))
            raise ColumnMapError(
                f"{name}: no column {column!r} for {field_name}; there are {names}"
            )


def read_map(path: Path) -> ColumnMap:
    """Read a kept column map; ColumnMapError names what is wrong in it."""
    try:
        parts = tomllib.loads(path.read_text("utf-8"))
        return ColumnMap(
            columns=_texts(parts.get("columns", {})),
            scales=scales_of(f"{k}={v}" for k, v in parts.get("scales", {}).items()),
            constants=_texts(parts.get("constants", {})),
            values={name: _texts(words) for name, words in parts.get("values", {}).items()},
        )
    except (OSError, tomllib.TOMLDecodeError, ValueError, AttributeError) as error:
        raise ColumnMapError(f"{path.name}: cannot be read as a column map ({error})") from error
    except ColumnMapError as error:
        raise ColumnMapError(f"{path.name}: {error}") from error


def _texts(pairs: Mapping[str, object]) -> dict[str, str]:
    for name, value in pairs.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text, got {value!r}")
    return {name: str(value) for name, value in pairs.items()}


def scales_of(stated: Iterable[str]) -> dict[Dimension, Scale]:
    """The scales of `1-10` (every dimension that has none of its own) and `empathy=1-10` (one)."""
    found: dict[Dimension, Scale] = {}
    for text in sorted(stated, key=lambda text: "=" in text):
        name, _, scale = text.rpartition("=")
        if name and name not in [*Dimension]:
            raise ColumnMapError(f"{name!r} is no dimension; there are {', '.join(Dimension)}")
        for dimension in [Dimension(name)] if name else Dimension:
            try:
                found[dimension] = parse_scale(scale)
            except ValueError as error:
                raise ColumnMapError(str(error)) from error
    return found


def written(column_map: ColumnMap) -> str:
    """The map as the TOML that `read_map` reads."""
    tables: dict[str, Mapping[str, str]] = {
        "columns": column_map.columns,
        "scales": {d: s.name for d, s in column_map.scales.items()},
        "constants": column_map.constants,
        **{f"values.{name}": words for name, words in column_map.values.items()},
    }
    lines = ["# Which column is what; read by tonfall-train import --map"]
    for title, pairs in tables.items():
        if pairs:
            lines += ["", f"[{title}]", *(f"{_key(k)} = {_text(v)}" for k, v in pairs.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML string

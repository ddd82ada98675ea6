"""Five languages that say the same, and nothing left over."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from werkzeug.datastructures import LanguageAccept

from service.i18n import LANGUAGE_NAMES, choose_language, strings

ROOT = Path(__file__).parents[2]
WORKBENCH = [
    path.relative_to(ROOT).as_posix()
    for folder in ("service/templates/workbench", "service/workbench")
    for path in sorted((ROOT / folder).iterdir())
    if path.is_file()
]
CODES = [f"service/{module}.py" for module in ("candidates", "passwords", "plan", "reviews")]
USERS: dict[str, Sequence[str]] = {
    "widget.": ("service/static/widget/tonfall.js",),
    "workbench.": (
        *WORKBENCH,
        *CODES,
        "service/drawing.py",
        "service/storage/users.py",
        "service/storage/disputes.py",
        "service/storage/workbench_tables.py",
        "model/rubric.py",
    ),
    "": ("service/templates/playground.html", "service/examples/en.toml", "model/rubric.py"),
}
"""Where the keys that begin so are used, and where the ends of composed keys stand."""
TRANSLATIONS = sorted(set(LANGUAGE_NAMES) - {"en"})
SAME_AS_ENGLISH = {
    ("sv", "playground.docs"),
    *(
        (code, f"playground.{key}")
        for code in ("nb", "nn", "da")
        for key in ("docs", "channels.chat")
    ),
    ("da", "playground.channels.email"),
}
"""Words that these languages share with English."""
LOANS = {
    *("Administrator", "Alfa", "Dimension", "Interval", "Plan", "Risk", "Score", "Team", "Teams"),
    *("Filter", "Start", "risk"),
}
"""Words of the workbench that some of them share with it."""


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_language_has_the_same_keys_and_placeholders(code: str) -> None:
    english, other = strings("en"), strings(code)

    assert set(other) == set(english)
    assert {k: placeholders(v) for k, v in other.items()} == {
        k: placeholders(v) for k, v in english.items()
    }


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_nothing_is_left_in_english(code: str) -> None:
    english = strings("en")
    same = {
        (code, key)
        for key, text in strings(code).items()
        if text == english[key] and not (key.startswith("workbench.") and text in LOANS)
    }

    assert same == {pair for pair in SAME_AS_ENGLISH if pair[0] == code}


def test_nynorsk_is_not_bokmal() -> None:
    same = {key for key, text in strings("nn").items() if text == strings("nb")[key]}

    assert len(same) < len(strings("nn")) / 3


@pytest.mark.parametrize("start", USERS)
def test_every_key_that_is_used_exists(start: str) -> None:
    used = re.findall(r"""\bt\(["']([a-z_.]+)["'][,)]""", sources(start))

    assert used
    assert {start + key for key in used} <= set(strings("en"))


def test_every_key_is_used() -> None:
    assert {
        key for key in strings("en") if not any(is_used(key, start) for start in USERS)
    } == set()


def is_used(key: str, start: str) -> bool:
    """True where the key is quoted, or its beginning is and each part after that."""
    text = sources(start)
    quoted = set(re.findall(r"""["'`]([\w.]+)(?=["'`]|\$\{)""", text))
    parts = key.removeprefix(start).split(".")
    return key.startswith(start) and any(
        ".".join(parts[:i]) + (i < len(parts)) * "." in quoted
        and all(part.isdigit() or {part, f".{part}"} & quoted for part in parts[i:])
        for i in range(1, len(parts) + 1)
    )


def sources(start: str) -> str:
    return "\n".join((ROOT / path).read_text("utf-8") for path in USERS[start])


@pytest.mark.parametrize(
    ("explicit", "accepted", "language"),
    [
        ("da", [("sv", 1)], "da"),
        ("nn-NO", [], "nn"),
        (None, [("no", 1)], "nb"),
        (None, [("fi", 1), ("nb-NO", 0.9), ("en", 0.5)], "nb"),
        ("tlh", [("sv-SE", 0.8), ("en", 0.5)], "sv"),
        (None, [("fi", 1)], "en"),
        (None, [], "en"),
    ],
)
def test_the_choice_comes_before_the_browser_and_english_last(
    explicit: str | None, accepted: list[tuple[str, float]], language: str
) -> None:
    assert choose_language(explicit, LanguageAccept(accepted)) == language

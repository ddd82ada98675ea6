"""The interface's language, and every string a person sees in it: locales/{sv,nb,nn,da,en}.toml,
and locales/workbench/ for the workbench.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from werkzeug.datastructures import LanguageAccept

LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "sv": "Svenska",
        "nb": "Norsk bokmål",
        "nn": "Norsk nynorsk",
        "da": "Dansk",
        "en": "English",
    }
)
"""The interface's languages by BCP 47 tag, each in its own words."""

_FALLBACK = "en"
_ALIASES = {"no": "nb"}


def choose_language(explicit: str | None, accepted: LanguageAccept) -> str:
    """The language chosen explicitly, else the browser's first that there is, else English."""
    for tag in (explicit or "", *accepted.values()):
        primary = tag.lower().partition("-")[0]
        language = _ALIASES.get(primary, primary)
        if language in LANGUAGE_NAMES:
            return language
    return _FALLBACK


@cache
def strings(language: str) -> Mapping[str, str]:
    """Every string in `language` by its dotted key, such as `widget.line.offline`."""
    locales = files("service").joinpath("locales")
    return MappingProxyType(
        _read(locales.joinpath(f"{language}.toml"))
        | _read(locales.joinpath("workbench", f"{language}.toml"), "workbench.")
    )


def section(language: str, name: str) -> dict[str, str]:
    """The strings of one section, by the rest of their keys."""
    prefix = f"{name}."
    found = strings(language).items()
    return {key.removeprefix(prefix): text for key, text in found if key.startswith(prefix)}


def _read(source: Traversable, prefix: str = "") -> dict[str, str]:
    return dict(_flat(tomllib.loads(source.read_text("utf-8")), prefix))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)

"""The service's settings, read once from TONFALL_* variables; nothing else reads the
environment.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model import BUNDLED
from model.rules import RULES
from service.sent_replies import MOST_RETENTION_DAYS

LOG_LEVELS = ("debug", "info", "warning", "error")
_STATE = Path("~/.local/state/tonfall").expanduser()
_NUMBERS = ("port", "workers", "threads", "pinned_models", "max_body_bytes", "retention_days")
_MOST = {"port": 65_535, "retention_days": MOST_RETENTION_DAYS}
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_RATE_LIMIT = re.compile(r"[1-9][0-9]{0,8}/(?:second|minute|hour|day)", re.ASCII)
_HOST_NAME = re.compile(r"[a-z0-9_.-]+", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)


class SettingsError(ValueError):
    """A TONFALL_* variable that cannot be used; the message names it and what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything about the service that an operator can choose; service/README.md lists it."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    threads: int = 4
    artifact_dir: Path = BUNDLED
    pinned_models: int = 2
    keys_file: Path = _STATE / "keys.json"
    database_url: str = f"sqlite:///{_STATE / 'tonfall.db'}"
    retention_days: int = 180
    rate_limit: str = "6000/minute"
    cors_origins: tuple[str, ...] = ()
    log_level: str = "info"
    webhook_risk: float = 0.5
    webhook_hosts: tuple[str, ...] = ()
    advice_off: frozenset[str] = frozenset()
    max_body_bytes: int = 16 * 1024 * 1024

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; SettingsError for an unknown name or a value that cannot be used."""
        known = {f"TONFALL_{name.upper()}": name for name in cls.__slots__}
        given = {name: value for name, value in environ.items() if name.startswith("TONFALL_")}
        if unknown := sorted(set(given) - set(known)):
            raise SettingsError(f"{unknown[0]} is no setting; there are {', '.join(sorted(known))}")
        values: dict[str, object] = {}
        for variable, text in given.items():
            values[known[variable]] = _parse(variable, known[variable], text)
        return cls(**values)  # type: ignore[arg-type]

    @property
    def is_public(self) -> bool:
        """True where other machines can reach the service."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True


def _parse(variable: str, name: str, text: str) -> object:
    if name in _NUMBERS:
        least, most = 1, _MOST.get(name, 1 << 30)
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise SettingsError(
                f"{variable} must be a whole number from {least} to {most}, got {text!r}"
            )
        return int(text)
    if name in ("artifact_dir", "keys_file"):
        if not text:
            raise SettingsError(f"{variable} must be a path, got ''")
        return Path(text).expanduser()
    if name == "advice_off":
        rules = frozenset(rule.strip() for rule in text.split(",") if rule.strip())
        known = sorted(rule.id for rule in RULES)
        if unknown := sorted(rules - set(known)):
            raise SettingsError(
                f"{variable}: {unknown[0]!r} is no rule of advice; there are {', '.join(known)}"
            )
        return rules
    if name == "database_url" and not text.startswith(_DATABASES):  # it may hold a password
        raise SettingsError(f"{variable} must begin with one of {', '.join(_DATABASES)}")
    if name == "rate_limit" and text and not _RATE_LIMIT.fullmatch(text):
        raise SettingsError(
            f"{variable} must be like 600/minute (second, minute, hour, day) or empty, got {text!r}"
        )
    if name == "webhook_risk":
        return _share(variable, text)
    if name == "webhook_hosts":
        return _hosts(variable, text)
    if name == "cors_origins":
        return _origins(variable, text)
    if name == "log_level" and text not in LOG_LEVELS:
        raise SettingsError(f"{variable} must be one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text


def _share(variable: str, text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"{variable} must be a number from 0 to 1, got {text!r}")
    return share


def _hosts(variable: str, text: str) -> tuple[str, ...]:
    hosts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for host in hosts:
        if not _HOST_NAME.fullmatch(host) and not _is_address(host):
            raise SettingsError(
                f"{variable} must name hosts such as hooks.internal or 10.0.0.7, without scheme "
                f"and port, separated by commas; {host!r} is none"
            )
    return hosts


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _origins(variable: str, text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{variable} must name exact origins such as https://helpdesk.example, separated "
                f"by commas; {origin!r} is none"
                + (", and any site could then use the service" if origin == "*" else "")
            )
    return origins

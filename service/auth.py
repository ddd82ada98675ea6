"""Who may do what; the only place that decides it."""

import ipaddress
from urllib.parse import parse_qs

from flask import Request, g

from service.errors import ProblemError
from service.settings import Settings, SettingsError
from service.storage.keys import KeyRepository

FORM = "application/x-www-form-urlencoded"
_LOCAL = "local"
"""Who calls from this machine without a key."""


def check_bind(settings: Settings, keys: KeyRepository) -> None:
    """Refuse to be reachable from other machines without a key."""
    if settings.is_public and not keys.is_configured():
        raise SettingsError(
            f"TONFALL_HOST is {settings.host}, which other machines can reach, and there is no "
            f"API key in {settings.keys_file}; make one with 'tonfall key create NAME', "
            "or bind to 127.0.0.1"
        )


def require_scope(request: Request, keys: KeyRepository, scope: str) -> None:
    """Let a request pass with a key for `scope`, or from this machine while no key exists.

    `g.caller` is the key's id from then on. A preflight (OPTIONS) carries no key and asks for
    nothing but the rules.
    """
    g.caller = _LOCAL
    if request.method == "OPTIONS":
        return
    secret = _secret(request)
    if not secret:
        if not keys.is_configured() and _is_local(request):
            return
        raise ProblemError(
            "missing-key",
            "send 'Authorization: Bearer KEY'; 'tonfall key create NAME' makes a key",
            headers={"WWW-Authenticate": 'Bearer realm="tonfall"'},
        )
    key = keys.find(secret)
    if key is None:
        raise ProblemError(
            "unknown-key",
            "the key is unknown or was revoked; 'tonfall key list' shows which exist",
            headers={"WWW-Authenticate": 'Bearer realm="tonfall", error="invalid_token"'},
        )
    if scope not in key.scopes:
        raise ProblemError("forbidden", f"the key has no scope {scope!r}")
    g.caller = key.id


def limited_as(request: Request, keys: KeyRepository) -> str:
    """Whose requests are counted together: a key's, or those from an address."""
    key = keys.find(_secret(request))
    return f"key {key.id}" if key else f"address {request.remote_addr}"


def _secret(request: Request) -> str:
    """The key that was sent: as Bearer, or in a form, where LanguageTool's clients put it."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    if request.mimetype == FORM and request.path.startswith("/compat/"):
        return parse_qs(request.get_data().decode("latin-1")).get("apiKey", [""])[0]
    return ""


def _is_local(request: Request) -> bool:
    """True for a caller on this machine; a proxy's caller is somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

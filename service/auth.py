"""Who may do what; the only place that decides it."""

import ipaddress

from flask import Request

from service.errors import ProblemError
from service.settings import Settings, SettingsError
from service.storage.keys import KeyRepository


def check_bind(settings: Settings, keys: KeyRepository) -> None:
    """Refuse to be reachable from other machines without a key."""
    if settings.is_public and not keys.is_configured():
        raise SettingsError(
            f"TONFALL_HOST is {settings.host}, which other machines can reach, and there is no "
            f"API key in {settings.keys_file}; make one with 'tonfall key create NAME', "
            "or bind to 127.0.0.1"
        )


def require_scope(request: Request, keys: KeyRepository, scope: str) -> None:
    """Let a request pass with a key for `scope`, or from this machine while no key exists."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret or scheme.lower() != "bearer":
        if not keys.is_configured() and _is_local(request):
            return
        raise ProblemError(
            "missing-key",
            "send 'Authorization: Bearer KEY'; 'tonfall key create NAME' makes a key",
            headers={"WWW-Authenticate": 'Bearer realm="tonfall"'},
        )
    key = keys.find(secret.strip())
    if key is None:
        raise ProblemError(
            "unknown-key",
            "the key is unknown or was revoked; 'tonfall key list' shows which exist",
            headers={"WWW-Authenticate": 'Bearer realm="tonfall", error="invalid_token"'},
        )
    if scope not in key.scopes:
        raise ProblemError("forbidden", f"the key has no scope {scope!r}")


def _is_local(request: Request) -> bool:
    """True for a caller on this machine; a proxy's caller is somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

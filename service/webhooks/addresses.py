"""Which addresses may be called, so that no endpoint makes the service ask its own network."""

import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
_MOST = 2000
_PLAIN = re.compile(r"[!-~]+")
_NAT64 = IPv6Network("64:ff9b::/96")


class UrlError(ValueError):
    """An address that no endpoint can have; the message says why."""


class ForbiddenAddressError(Exception):
    """A host that may not be called; the message names the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL in its parts; `authority` is what the Host header says."""

    is_encrypted: bool
    host: str
    port: int
    authority: str
    path: str

    @classmethod
    def of(cls, url: str) -> "Target":
        """Take a URL apart; UrlError where it is none that can be called."""
        if len(url) > _MOST or not _PLAIN.fullmatch(url) or "\\" in url:
            raise UrlError(f"the URL must be ASCII without spaces, at most {_MOST} characters")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UrlError(f"this is no URL: {error}") from None
        if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
            raise UrlError("the URL must begin with https:// and name a host")
        if "@" in parts.netloc or "#" in url:
            raise UrlError("the URL must hold neither a user nor a fragment")
        return cls(
            is_encrypted=parts.scheme == "https",
            host=parts.hostname,
            port=port or (443 if parts.scheme == "https" else 80),
            authority=parts.netloc,
            path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        )


class Guard:
    """Resolves hosts and refuses those that are not on the internet, but for `named` ones: these
    may be private or loopback, and loopback may do without encryption.
    """

    def __init__(
        self, named: Collection[str], *, resolve: Callable[..., list[Any]] = socket.getaddrinfo
    ) -> None:
        self._named, self._resolve = frozenset(named), resolve

    def addresses(self, target: Target) -> list[str]:
        """The addresses to connect to, all of them permitted; OSError for an unknown host."""
        found = self._resolve(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        is_named = target.host in self._named
        for text in addresses:
            address = carried(ip_address(text))
            if not is_permitted(address, is_named=is_named):
                raise ForbiddenAddressError(f"{target.host} is at {text}, which may not be called")
            if not target.is_encrypted and not (is_named and address.is_loopback):
                raise ForbiddenAddressError(f"{target.host} may be called with https:// alone")
        return addresses


def carried(address: Address) -> Address:
    """The IPv4 address within an IPv6 address that translates or tunnels to one; else itself."""
    if isinstance(address, IPv4Address):
        return address
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or translated or address


def is_permitted(address: Address, *, is_named: bool) -> bool:
    """True for what is on the internet, and for private and loopback hosts that were named."""
    if address.is_loopback:
        return is_named
    if (
        address.is_link_local  # where clouds keep credentials
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    ):
        return False
    is_site = isinstance(address, IPv6Address) and address.is_site_local
    return is_named or (address.is_global and not is_site)

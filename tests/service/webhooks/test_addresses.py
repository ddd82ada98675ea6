import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.webhooks.addresses import (
    ForbiddenAddressError,
    Guard,
    Target,
    UrlError,
    carried,
    is_permitted,
)

PUBLIC = ["93.184.215.14", "2606:4700::1111", "64:ff9b::93.184.215.14", "::ffff:93.184.215.14"]
OURS = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "::1"]
OURS += ["fd00::7", "fec0::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "2002:7f00:1::", "2002:a00:1::"]
OURS += ["64:ff9b::7f00:1", "64:ff9b::10.0.0.1"]
NOBODYS = ["169.254.169.254", "fe80::1", "fe80::1%lo", "::ffff:169.254.169.254", "224.0.0.1"]
NOBODYS += ["ff02::1", "0.0.0.0", "::", "255.255.255.255", "240.0.0.1", "2002:a9fe:a9fe::"]
NOBODYS += ["64:ff9b::169.254.169.254", "::127.0.0.1"]
PRIVATE = [*map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"))]


def resolving(*addresses: str) -> Callable[..., list[Any]]:
    def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002
        assert (host, type) == ("hook.example", socket.SOCK_STREAM)
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in addresses]

    return resolve


def addresses(*resolved: str, url: str = "https://hook.example/", named: bool = False) -> list[str]:
    guard = Guard({"hook.example"} if named else (), resolve=resolving(*resolved))
    return guard.addresses(Target.of(url))


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_may_be_called(address: str) -> None:
    assert addresses(address) == [address]


@pytest.mark.parametrize("address", OURS)
def test_our_own_network_may_be_called_where_the_host_is_named(address: str) -> None:
    assert addresses(address, named=True) == [address]
    with pytest.raises(ForbiddenAddressError, match=r"hook\.example is at"):
        addresses(address)


@pytest.mark.parametrize("address", NOBODYS)
@pytest.mark.parametrize("named", [False, True])
def test_what_is_no_host_may_never_be_called(address: str, named: bool) -> None:
    with pytest.raises(ForbiddenAddressError):
        addresses(address, named=named)


def test_one_forbidden_address_among_others_is_enough_to_refuse_a_host() -> None:
    with pytest.raises(ForbiddenAddressError):
        addresses("93.184.215.14", "10.0.0.1")


def test_only_a_named_host_on_loopback_may_do_without_encryption() -> None:
    url = "http://hook.example/"

    assert addresses("127.0.0.1", url=url, named=True) == ["127.0.0.1"]
    for address, named in (("127.0.0.1", False), ("10.0.0.1", True), ("93.184.215.14", True)):
        with pytest.raises(ForbiddenAddressError):
            addresses(address, url=url, named=named)


@given(
    inner=st.sampled_from(PRIVATE).flatmap(lambda n: st.ip_addresses(network=str(n))),
    form=st.sampled_from(["{}", "::ffff:{}", "64:ff9b::{}", "6to4"]),
)
def test_a_private_address_is_found_in_whatever_carries_it(inner: IPv4Address, form: str) -> None:
    address = (
        IPv6Address(0x2002 << 112 | int(inner) << 80)
        if form == "6to4"
        else ip_address(form.format(inner))
    )

    assert carried(address) == inner
    assert not is_permitted(carried(address), is_named=False)


@given(st.ip_addresses())
def test_naming_a_host_only_ever_permits_more(address: IPv4Address | IPv6Address) -> None:
    plain, named = (is_permitted(carried(address), is_named=n) for n in (False, True))

    assert named or not plain


@pytest.mark.parametrize(
    "host", ["0x7f000001", "2130706433", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]"]
)
def test_other_ways_to_write_loopback_do_not_help(host: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        Guard(()).addresses(Target.of(f"https://{host}/"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://hook.example/", "begin with https"),
        ("https:///path", "name a host"),
        ("//hook.example/", "begin with https"),
        ("https://hook.example:0/", "name a host"),
        ("https://hook.example:99999/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://kim:pass@hook.example/", "neither a user"),
        ("https://hook.example/#top", "nor a fragment"),
        ("https://hook.example\\@10.0.0.1/", "ASCII"),
        ("https://høok.example/", "ASCII"),
        ("https://hook.example/a b", "ASCII"),
        ("https://hook.example/\r\nX: y", "ASCII"),
        ("https://hook.example/" + "a" * 2000, "at most 2000"),
        ("", "ASCII"),
    ],
)
def test_what_is_no_address_of_an_endpoint_is_refused_with_the_reason(
    url: str, message: str
) -> None:
    with pytest.raises(UrlError, match=message):
        Target.of(url)


def test_a_target_keeps_what_the_url_says() -> None:
    assert Target.of("https://Hook.example:8443?a=1") == Target(
        is_encrypted=True,
        host="hook.example",
        port=8443,
        authority="Hook.example:8443",
        path="/?a=1",
    )

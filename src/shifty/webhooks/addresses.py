"""Which addresses a webhook may lead to. A server sits inside of a network, and a webhook must be no way into it."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_NAT64: Final = IPv6Network("64:ff9b::/96")


class Unreachable(Exception):
    """Why nothing is sent, in words."""


def is_public(address: str) -> bool:
    """Whether anybody on the Internet may have it; an address within another one is looked at, too."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = _inner(found)
        if found.is_site_local or (inner is not None and not is_public(str(inner))):
            return False
    return found.is_global and not found.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def chosen(host: str, addresses: Iterable[str], *, private: bool) -> str:
    """The first of a host's addresses that may be connected to.

    Raises:
        Unreachable: none may.
    """
    found = list(dict.fromkeys(addresses))
    for address in found:
        if private or is_public(address):
            return address
    if not found:
        raise Unreachable(f"{host} has no address")
    raise Unreachable(
        f"{host} is {found[0]}, an address inside of the server's own network: whoever runs the server can allow these "
        "with the setting webhook_private_addresses"
    )


async def resolve(host: str, port: int) -> list[str]:
    """
    Raises:
        Unreachable: nobody knows the host.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} can't be found ({error})") from None
    return [str(entry[4][0]) for entry in found]

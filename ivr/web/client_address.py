"""The address a request came from, as far as it can be believed."""

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web

from ivr.usecases.accounts import Origin

Networks = Collection[IPv4Network | IPv6Network]
PROXIES = web.AppKey("proxies", Networks)
"""The proxies whose ``X-Forwarded-For`` is believed."""


def client_address(request: web.Request) -> str | None:
    """Return the address of the browser.

    Each proxy appends who spoke to it, so the list is read from its end, and the first address that is no proxy of
    ours is the one; what stands before it anybody may have written.
    """
    address = request.remote
    proxies = request.app[PROXIES]
    if not proxies or not _is_in(address, proxies):
        return address
    told = [part.strip() for header in request.headers.getall("X-Forwarded-For", []) for part in header.split(",")]
    for each in reversed(told):
        if _parsed(each) is None:
            return address
        address = each
        if not _is_in(each, proxies):
            break
    return address


def origin_of(request: web.Request) -> Origin:
    """Return where the request came from, as sessions and the audit log keep it."""
    return Origin(client_address(request), request.headers.get("User-Agent"))


def _is_in(address: str | None, networks: Networks) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str | None) -> object:
    try:
        return None if address is None else ip_address(address)
    except ValueError:
        return None

"""Whether an address can be reached from this machine only."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach ``host``, an address or a name; a name but localhost may be anybody's."""
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"

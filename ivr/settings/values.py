"""Setting values: what text of a file or of the environment means, and what is refused."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode


class Bind(tuple[str, int]):
    """A host and a port to listen on, written ``host:port``; ``[::1]:port`` for IPv6."""

    __slots__ = ()

    def __str__(self) -> str:
        host, port = self
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bind(value: Any) -> Bind:  # noqa: ANN401 - pydantic hands over what it found
    if isinstance(value, Bind):
        return value
    host, colon, port = str(value).rpartition(":")
    if not colon or not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError("write host:port, for example 127.0.0.1:8080")
    return Bind((host.strip("[]"), int(port)))


def _no_flag(value: Any) -> Any:  # noqa: ANN401 - pydantic hands over what it found
    """Refuse true and false where a number belongs; pydantic would read them as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("write a number, not true or false")
    return value


def _names(value: Any) -> Any:  # noqa: ANN401 - pydantic hands over what it found
    """Let the environment give a list as ``a,b``."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _numbers(value: Any) -> Any:  # noqa: ANN401 - pydantic hands over what it found
    """Let the environment give numbers as ``0,1,6``."""
    return _names(value) or None


def _shares(value: Any) -> Any:  # noqa: ANN401 - pydantic hands over what it found
    """Let the environment give names with numbers as ``support:0.9,sales:0.8``."""
    if not isinstance(value, str):
        return value
    pairs = [part.rpartition(":") for part in _names(value)]
    if not all(name.strip() and number.strip() for name, _, number in pairs):
        raise ValueError("write names with their shares, for example support:0.9,sales:0.8")
    return {name.strip(): number for name, _, number in pairs}


def _rising(weights: tuple[float, ...] | None) -> tuple[float, ...] | None:
    if weights is not None and (len(weights) < 2 or list(weights) != sorted(weights) or weights[0] == weights[-1]):
        raise ValueError("write a number for each category, from the worst to the best and rising, for example 0,1,6")
    return weights


def _networks(value: Any) -> Any:  # noqa: ANN401 - pydantic hands over what it found
    names = _names(value)
    if not isinstance(names, list | tuple):
        raise ValueError("write addresses or networks, for example 192.0.2.10,198.51.100.0/24")
    try:
        return tuple(ip_network(str(name)) for name in names)
    except ValueError as fault:
        raise ValueError(f"{fault}; write addresses or networks, for example 192.0.2.10,198.51.100.0/24") from None


def _path_secret(secret: SecretStr) -> SecretStr:
    # Not quoted in the message: it is a secret.
    if not re.fullmatch("[A-Za-z0-9_-]{16,}", secret.get_secret_value()):
        raise ValueError("write 16 characters or more of A to Z, a to z, 0 to 9, - and _")
    return secret


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Berlin") from None
    return name


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _rooted(path: PurePosixPath) -> PurePosixPath:
    if not path.is_absolute() or ".." in path.parts or not str(path).isprintable():
        raise ValueError("write an absolute folder of Asterisk's machine, such as /var/spool/ivr-rating")
    return path


Address = Annotated[Bind, NoDecode, BeforeValidator(_bind)]
Folder = Annotated[Path, AfterValidator(_absolute)]
RemoteFolder = Annotated[PurePosixPath, AfterValidator(_rooted)]
Number = BeforeValidator(_no_flag)
ZoneName = Annotated[str, AfterValidator(_zone)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
RoleNames = Annotated[
    tuple[Literal["viewer", "agent", "supervisor", "ops", "admin"], ...], NoDecode, BeforeValidator(_names)
]
Share = Annotated[float, Number, Field(ge=0, le=1)]
Shares = Annotated[Mapping[str, Share], NoDecode, BeforeValidator(_shares)]
Weights = Annotated[
    tuple[Annotated[float, Number, Field(allow_inf_nan=False)], ...] | None,
    NoDecode,
    BeforeValidator(_numbers),
    AfterValidator(_rising),
]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
PathSecret = Annotated[SecretStr, AfterValidator(_path_secret)]

"""Users as rows: who somebody is, with the roles held and the teams led at a moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select, union_all

from ivr.domain.access import Right
from ivr.store.tables import leaderships, user_roles
from ivr.usecases.accounts import Role, User

_ROLE, _TEAM = "role", "team"


def read_user(
    connection: Connection, name: str, person: str | None, now: datetime, granted: frozenset[Right] | None = None
) -> User:
    """Return the user ``name`` with roles and teams as of ``now``, in one statement."""
    found = read_holdings(connection, now, name)
    roles, leads = found.get(name, (frozenset(), frozenset()))
    return User(name, roles, person, leads, granted)


def read_holdings(
    connection: Connection, now: datetime, name: str | None = None
) -> Mapping[str, tuple[frozenset[Role], frozenset[str]]]:
    """Return the roles and the teams led at ``now`` of everybody, or of ``name`` alone, by name."""
    held = select(user_roles.c.user, literal(_ROLE).label("kind"), user_roles.c.role.label("held"))
    led = select(leaderships.c.user, literal(_TEAM), leaderships.c.team).where(_is_led(now))
    if name is not None:
        held, led = held.where(user_roles.c.user == name), led.where(leaderships.c.user == name)
    rows: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(union_all(held, led)):
        rows.setdefault(row.user, []).append((row.kind, row.held))
    return {user: (_roles(pairs), _teams(pairs)) for user, pairs in rows.items()}


def _is_led(now: datetime) -> ColumnElement[bool]:
    return and_(leaderships.c.starts_at <= now, or_(leaderships.c.ends_at.is_(None), leaderships.c.ends_at > now))


def _roles(pairs: Iterable[tuple[str, str]]) -> frozenset[Role]:
    return frozenset(Role(value) for kind, value in pairs if kind == _ROLE)


def _teams(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(value for kind, value in pairs if kind == _TEAM)

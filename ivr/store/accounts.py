"""Accounts: users, their roles and the teams they lead, in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    Update,
    delete,
    func,
    insert,
    select,
    union,
    update,
)
from sqlalchemy.exc import IntegrityError

from ivr.errors import UserRefused
from ivr.store.database import Database
from ivr.store.tables import (
    api_tokens,
    leaderships,
    sessions,
    tally_places,
    teams,
    totps,
    user_roles,
    users,
)
from ivr.store.upserts import insert_or_replace
from ivr.store.user_rows import read_holdings, read_user
from ivr.store.writer import Writer
from ivr.usecases.accounts import IDLE, Account, Credentials, Leadership, Role, User


class SqlAccounts:
    """Implements :class:`ivr.usecases.accounts.Accounts`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer, *, idle: timedelta = IDLE) -> None:
        self._database = database
        self._writer = writer
        self._idle = idle

    async def add_user(self, credentials: Credentials, at: datetime) -> None:
        """Store a new user, who leads the teams from ``at`` on; raises UserRefused where the name is taken."""
        user = credentials.user
        row = {
            "name": user.name,
            "password_hash": credentials.password_hash,
            "person": user.person,
            "is_first_password": credentials.is_first_password,
            "password_changed_at": at,
            "disabled_at": credentials.disabled_at,
        }

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(users), row)
            except IntegrityError as error:
                raise UserRefused(f'the user "{user.name}" is there already; choose another name') from error
            _add_roles(connection, user.name, user.roles)
            if user.leads:
                led = [{"user": user.name, "team": team, "starts_at": at} for team in sorted(user.leads)]
                connection.execute(insert(leaderships), led)

        await self._writer.write(work)

    async def rehash(self, name: str, password_hash: str) -> None:
        """Store a new hash of the same password."""
        await self._change(name, {"password_hash": password_hash})

    async def replace_password(self, name: str, password_hash: str, at: datetime, *, is_first: bool = False) -> None:
        """Store the hash of a new password; ``is_first``: it was made for the user."""
        await self._change(
            name, {"password_hash": password_hash, "password_changed_at": at, "is_first_password": is_first}
        )

    async def disable(self, name: str, at: datetime | None) -> None:
        """Let the user not sign in any more from ``at`` on; None: again."""
        await self._change(name, {"disabled_at": at})

    async def note_sign_in(self, name: str, at: datetime) -> None:
        """Note when the user signed in last."""
        await self._change(name, {"signed_in_at": at})

    async def replace_roles(self, name: str, roles: Collection[Role], person: str | None) -> None:
        """Give the user these roles and no others."""
        statement = update(users).where(users.c.name == name).values(person=person)

        def work(connection: Connection) -> None:
            _require_one(connection, statement, name)
            connection.execute(delete(user_roles).where(user_roles.c.user == name))
            _add_roles(connection, name, roles)

        await self._writer.write(work)

    async def lead(self, name: str, leadership: Leadership) -> None:
        """Have the user lead a team; one with the same team and start takes the new end."""
        row = {
            "user": name,
            "team": leadership.team,
            "starts_at": leadership.starts_at,
            "ends_at": leadership.ends_at,
        }
        statement = insert_or_replace(leaderships, self._database.dialect, ("ends_at",))

        def work(connection: Connection) -> None:
            try:
                connection.execute(statement, row)
            except IntegrityError as error:
                raise _unknown(name) from error

        await self._writer.write(work)

    async def find_credentials(self, name: str, now: datetime) -> Credentials | None:
        """Return the user of that name with the teams led at ``now``, or None."""
        statement = (
            select(users, totps.c.confirmed_at)
            .outerjoin(totps, totps.c.user == users.c.name)
            .where(users.c.name == name)
        )

        def query(connection: Connection) -> Credentials | None:
            row = connection.execute(statement).one_or_none()
            if row is None:
                return None
            return Credentials(
                read_user(connection, row.name, row.person, now),
                row.password_hash,
                row.disabled_at,
                has_totp=row.confirmed_at is not None,
                is_first_password=row.is_first_password,
                password_changed_at=row.password_changed_at,
            )

        return await self._database.read_report(query)

    async def users(self, now: datetime) -> Sequence[Account]:
        """Return everybody, ordered by name."""
        return await self._database.read_report(lambda connection: _read_accounts(connection, now, self._idle))

    async def find_account(self, name: str, now: datetime) -> Account | None:
        """Return one user, or None."""
        found = await self._database.read_report(lambda connection: _read_accounts(connection, now, self._idle, name))
        return found[0] if found else None

    async def known_teams(self) -> Collection[str]:
        """Return the teams that people or calls have belonged to."""
        statement = union(
            select(teams.c.team), select(tally_places.c.team).where(tally_places.c.team.is_not(None))
        ).order_by("team")
        return await self._database.read_report(lambda connection: list(connection.execute(statement).scalars()))

    async def _change(self, name: str, values: Mapping[str, Any]) -> None:
        statement = update(users).where(users.c.name == name).values(values)
        await self._writer.write(lambda connection: _require_one(connection, statement, name))


def _require_one(connection: Connection, statement: Update, name: str) -> None:
    if connection.execute(statement).rowcount == 0:
        raise _unknown(name)


def _unknown(name: str) -> UserRefused:
    return UserRefused(f'there is no user "{name}"; add one with `ivr user add`')


def _add_roles(connection: Connection, name: str, roles: Collection[Role]) -> None:
    if roles:
        connection.execute(insert(user_roles), [{"user": name, "role": role.value} for role in sorted(roles)])


def _read_accounts(connection: Connection, now: datetime, idle: timedelta, name: str | None = None) -> list[Account]:
    statement = (
        select(
            users,
            totps.c.confirmed_at,
            _count(sessions, sessions.c.expires_at > now, sessions.c.seen_at > now - idle).label("live_sessions"),
            _count(api_tokens, api_tokens.c.expires_at > now).label("live_tokens"),
        )
        .outerjoin(totps, totps.c.user == users.c.name)
        .order_by(users.c.name)
    )
    led = select(leaderships).order_by(leaderships.c.team, leaderships.c.starts_at)
    if name is not None:
        statement = statement.where(users.c.name == name)
        led = led.where(leaderships.c.user == name)
    spans: dict[str, list[Leadership]] = {}
    for row in connection.execute(led):
        spans.setdefault(row.user, []).append(Leadership(row.team, row.starts_at, row.ends_at))
    held = read_holdings(connection, now, name)
    nothing: tuple[frozenset[Role], frozenset[str]] = (frozenset(), frozenset())
    return [
        Account(
            _user(row.name, row.person, held.get(row.name, nothing)),
            disabled_at=row.disabled_at,
            has_totp=row.confirmed_at is not None,
            password_changed_at=row.password_changed_at,
            leaderships=tuple(spans.get(row.name, ())),
            live_sessions=row.live_sessions,
            live_tokens=row.live_tokens,
            signed_in_at=row.signed_in_at,
        )
        for row in connection.execute(statement)
    ]


def _user(name: str, person: str | None, held: tuple[frozenset[Role], frozenset[str]]) -> User:
    roles, leads = held
    return User(name, roles, person, leads)


def _count(table: Table, *live: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(table.c.user == users.c.name, *live).scalar_subquery()

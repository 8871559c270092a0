"""What signing in needs, kept in memory: real, small, and for tests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ivr.domain.audit_chain import AuditEntry, AuditEvent, ChainCheck, canonical_detail, check_chain, next_entry
from ivr.errors import UserRefused
from ivr.privacy.pepper import Pepper
from ivr.privacy.safe import PepperSafe
from ivr.usecases.accounts import IDLE, Account, Credentials, Leadership, Role, Session
from ivr.usecases.api_tokens import ApiToken
from ivr.usecases.audit import Detail
from ivr.usecases.ports import Clock
from ivr.usecases.second_steps import Totp
from ivr.usecases.sign_in_ports import Passwords, SignInPorts, SignInRules
from ivr.usecases.tries import (
    FORGOTTEN_AFTER,
    Failures,
    Limit,
    Turn,
    code_key,
    limit_of,
    name_key,
    pair_key,
    turn_of,
    wait_seconds,
)
from ivr.web.one_time_codes import TotpCodes
from ivr.web.passwords import Argon2Passwords


@dataclass
class MemoryAccounts:
    """Users in a dictionary."""

    users_by_name: dict[str, Credentials] = field(default_factory=dict)
    spans: dict[str, list[Leadership]] = field(default_factory=dict)
    signed_in_at: dict[str, datetime] = field(default_factory=dict)
    teams: list[str] = field(default_factory=list)

    async def add_user(self, credentials: Credentials, at: datetime) -> None:
        name = credentials.user.name
        if name in self.users_by_name:
            raise UserRefused(f'the user "{name}" is there already; choose another name')
        self.users_by_name[name] = replace(credentials, password_changed_at=at)
        self.spans[name] = [Leadership(team, at) for team in sorted(credentials.user.leads)]

    async def rehash(self, name: str, password_hash: str) -> None:
        self._change(name, password_hash=password_hash)

    async def replace_password(self, name: str, password_hash: str, at: datetime, *, is_first: bool = False) -> None:
        self._change(name, password_hash=password_hash, is_first_password=is_first, password_changed_at=at)

    async def find_credentials(self, name: str, now: datetime) -> Credentials | None:
        known = self.users_by_name.get(name)
        if known is None:
            return None
        leads = frozenset(
            span.team
            for span in self.spans[name]
            if span.starts_at <= now and (span.ends_at is None or span.ends_at > now)
        )
        return replace(known, user=replace(known.user, leads=leads))

    async def users(self, now: datetime) -> Sequence[Account]:
        return [account for name in sorted(self.users_by_name) if (account := await self.find_account(name, now))]

    async def find_account(self, name: str, now: datetime) -> Account | None:
        known = await self.find_credentials(name, now)
        if known is None:
            return None
        return Account(
            known.user,
            known.disabled_at,
            known.has_totp,
            known.password_changed_at,
            tuple(self.spans[name]),
            0,
            0,
            self.signed_in_at.get(name),
        )

    async def replace_roles(self, name: str, roles: Collection[Role], person: str | None) -> None:
        user = self._known(name).user
        self._change(name, user=replace(user, roles=frozenset(roles), person=person))

    async def disable(self, name: str, at: datetime | None) -> None:
        self._change(name, disabled_at=at)

    async def lead(self, name: str, leadership: Leadership) -> None:
        spans = [
            span
            for span in self.spans[self._known(name).user.name]
            if (span.team, span.starts_at) != (leadership.team, leadership.starts_at)
        ]
        self.spans[name] = sorted([*spans, leadership], key=lambda span: (span.team, span.starts_at))

    async def note_sign_in(self, name: str, at: datetime) -> None:
        self.signed_in_at[name] = at

    async def known_teams(self) -> Collection[str]:
        return self.teams

    def _known(self, name: str) -> Credentials:
        if name not in self.users_by_name:
            raise UserRefused(f'there is no user "{name}"; add one with `ivr user add`')
        return self.users_by_name[name]

    def _change(self, name: str, **changes: object) -> None:
        self.users_by_name[name] = replace(self._known(name), **changes)


@dataclass
class MemorySessions:
    """Sessions in a dictionary, of the users in ``accounts``."""

    accounts: MemoryAccounts
    kept: dict[str, Session] = field(default_factory=dict)
    idle: timedelta = IDLE

    async def open(self, session: Session) -> None:
        self.kept[session.token_hash] = session

    async def find(self, token_hash: str, now: datetime, *, is_activity: bool = True) -> Session | None:
        session = self.kept.get(token_hash)
        if session is None or not self._is_live(session, now):
            return None
        credentials = await self.accounts.find_credentials(session.user.name, now)
        if credentials is None or credentials.disabled_at is not None:
            return None
        found = replace(session, user=credentials.user, has_first_password=credentials.is_first_password)
        if is_activity:
            self.kept[token_hash] = replace(found, seen_at=now)
        return found

    async def of_user(self, name: str, now: datetime) -> Sequence[Session]:
        theirs = [each for each in self.kept.values() if each.user.name == name and self._is_live(each, now)]
        return sorted(theirs, key=lambda each: each.seen_at or each.opened_at, reverse=True)

    async def end(self, token_hash: str) -> None:
        self.kept.pop(token_hash, None)

    async def end_one(self, name: str, session_id: str) -> bool:
        return self._drop(lambda each: each.user.name == name and each.id == session_id) > 0

    async def end_all(self, name: str, *, but: str | None = None) -> int:
        return self._drop(lambda each: each.user.name == name and each.token_hash != but)

    async def purge(self, now: datetime) -> int:
        return self._drop(lambda each: not self._is_live(each, now))

    def _drop(self, condition) -> int:
        before = len(self.kept)
        self.kept = {key: each for key, each in self.kept.items() if not condition(each)}
        return before - len(self.kept)

    def _is_live(self, session: Session, now: datetime) -> bool:
        return session.expires_at > now and (session.seen_at or session.opened_at) > now - self.idle


@dataclass
class MemorySecondSteps:
    """Authenticator apps and recovery codes in dictionaries."""

    accounts: MemoryAccounts
    totps: dict[str, Totp] = field(default_factory=dict)
    codes: dict[str, set[str]] = field(default_factory=dict)

    async def totp_of(self, name: str) -> Totp | None:
        return self.totps.get(name)

    async def begin_totp(self, name: str, sealed: str) -> None:
        known = self.totps.get(name)
        if known is None or known.confirmed_at is None:
            self.totps[name] = Totp(sealed, None, 0)

    async def confirm_totp(self, name: str, sealed: str, step: int, at: datetime, codes: Collection[str]) -> bool:
        if self.totps.get(name) != Totp(sealed, None, 0):
            return False
        self.totps[name] = Totp(sealed, at, step)
        self.codes[name] = set(codes)
        self._tell(name, has_totp=True)
        return True

    async def use_step(self, name: str, step: int) -> bool:
        totp = self.totps[name]
        if totp.last_step >= step:
            return False
        self.totps[name] = replace(totp, last_step=step)
        return True

    async def drop_totp(self, name: str) -> bool:
        self.codes.pop(name, None)
        self._tell(name, has_totp=False)
        return self.totps.pop(name, None) is not None

    async def replace_recovery_codes(self, name: str, hashes: Collection[str]) -> None:
        self.codes[name] = set(hashes)

    async def use_recovery_code(self, name: str, code_hash: str) -> bool:
        if code_hash not in self.codes.get(name, ()):
            return False
        self.codes[name].remove(code_hash)
        return True

    async def recovery_codes_left(self, name: str) -> int:
        return len(self.codes.get(name, ()))

    def _tell(self, name: str, *, has_totp: bool) -> None:
        self.accounts.users_by_name[name] = replace(self.accounts.users_by_name[name], has_totp=has_totp)


@dataclass
class MemoryTries:
    """Failures in a dictionary."""

    failures: dict[str, Failures] = field(default_factory=dict)

    async def begin(self, limits: Mapping[str, Limit], now: datetime) -> Turn:
        turn, counted = turn_of(limits, self.failures, now)
        self.failures |= counted
        return turn

    async def succeeded(self, limits: Iterable[str], forget: str) -> None:
        self.failures.pop(forget, None)
        for key in limits:
            if key in self.failures:
                each = self.failures[key]
                self.failures[key] = replace(each, number=max(0, each.number - 1))

    async def waits(self, name: str, now: datetime) -> float:
        return max((wait_seconds(self.failures[key], limit_of(key), now) for key in self._of(name)), default=0.0)

    async def unlock(self, name: str) -> int:
        return sum(self.failures.pop(key).number for key in self._of(name))

    async def purge(self, now: datetime) -> int:
        before = len(self.failures)
        self.failures = {key: each for key, each in self.failures.items() if now - each.latest_at <= FORGOTTEN_AFTER}
        return before - len(self.failures)

    def _of(self, name: str) -> list[str]:
        keys = {name_key(name), code_key(name)}
        return [key for key in self.failures if key in keys or key.startswith(pair_key(name, ""))]


@dataclass
class MemoryApiTokens:
    """API tokens in a dictionary, by hash."""

    accounts: MemoryAccounts
    kept: dict[str, ApiToken] = field(default_factory=dict)

    async def add(self, token: ApiToken, token_hash: str) -> None:
        self.kept[token_hash] = token

    async def find(self, token_hash: str, now: datetime) -> Session | None:
        token = self.kept.get(token_hash)
        if token is None or token.expires_at <= now:
            return None
        credentials = await self.accounts.find_credentials(token.user, now)
        if credentials is None or credentials.disabled_at is not None:
            return None
        self.kept[token_hash] = replace(token, used_at=now)
        user = replace(credentials.user, granted=token.scope)
        return Session(token_hash, user, "nobody knows", token.made_at, token.expires_at, api_token=token.id)

    async def of_user(self, name: str | None = None) -> Sequence[ApiToken]:
        theirs = [each for each in self.kept.values() if name in {None, each.user}]
        return sorted(theirs, key=lambda each: each.made_at, reverse=True)

    async def revoke(self, token_id: str, *, user: str | None = None) -> ApiToken | None:
        for token_hash, token in self.kept.items():
            if token.id == token_id and user in {None, token.user}:
                return self.kept.pop(token_hash)
        return None

    async def purge(self, now: datetime) -> int:
        before = len(self.kept)
        self.kept = {key: each for key, each in self.kept.items() if each.expires_at > now}
        return before - len(self.kept)


@dataclass
class MemoryAuditLog:
    """The audit log in a list."""

    clock: Clock
    log: list[AuditEntry] = field(default_factory=list)

    async def note(self, event: AuditEvent, who: str, subject: str | None = None, **detail: Detail) -> AuditEntry:
        last = self.log[-1] if self.log else None
        entry = next_entry(
            last, at=self.clock(), who=who, event=event.value, subject=subject, detail=canonical_detail(detail)
        )
        self.log.append(entry)
        return entry

    async def entries(
        self,
        *,
        limit: int,
        before: int | None = None,
        event: str | None = None,
        who: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[AuditEntry]:
        chosen = [
            each
            for each in reversed(self.log)
            if (before is None or each.number < before)
            and event in {None, each.event}
            and who in {None, each.who}
            and subject in {None, each.subject}
            and (since is None or each.at >= since)
            and (until is None or each.at < until)
        ]
        return chosen[:limit]

    async def check(self, *, heads: Iterable[str] = ()) -> ChainCheck:
        return check_chain(self.log, heads=heads)

    def events(self) -> list[str]:
        """Return what was noted, the oldest first."""
        return [each.event for each in self.log]


def memory_sign_in(
    clock: Clock, *, passwords: Passwords | None = None, rules: SignInRules | None = None
) -> SignInPorts:
    """Return ports that keep everything in memory; pass one ``passwords`` to many where hashing is to be shared."""
    accounts = MemoryAccounts()
    return SignInPorts(
        accounts=accounts,
        sessions=MemorySessions(accounts),
        second_steps=MemorySecondSteps(accounts),
        tokens=MemoryApiTokens(accounts),
        tries=MemoryTries(),
        audit=MemoryAuditLog(clock),
        passwords=passwords or Argon2Passwords(),
        codes=TotpCodes(),
        safe=PepperSafe(lambda: Pepper(b"\7" * 32)),
        clock=clock,
        rules=rules or SignInRules(),
    )

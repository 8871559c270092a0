"""Access: what a role may do, and whose calls somebody sees.

A role gives rights; the rights of several roles add up. A right says which pages there are for somebody, the scope
whose calls they are filled with. The scope stands in every window that is read, so it is applied where rows are
selected and not where they are shown: what is out of scope is not there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the call centre."""

    VIEWER = "viewer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPS = "ops"
    ADMIN = "admin"


class Right(StrEnum):
    """Something that may be done; every route needs one."""

    OWN_ACCOUNT = "own_account"
    """Sign-in, sessions, tokens and language of one's own, and what is kept about oneself."""
    OWN_FIGURES = "own_figures"
    """The figures and calls of the person that one is."""
    FIGURES = "figures"
    """Figures of the agents in scope."""
    CALLS = "calls"
    """The calls behind a figure, within the scope and where they are enough."""
    CONTEST = "contest"
    """Contesting a rating of a call that one sees."""
    DECIDE = "decide"
    """Deciding about a contested rating of somebody else."""
    CENTRE = "centre"
    """Figures without persons: the wallboard, layouts and experiments."""
    SYSTEM = "system"
    """How the service runs."""
    REFIT = "refit"
    """Having the figures fitted anew."""
    ACCOUNTS = "accounts"
    """Everybody's sign-ins, sessions and tokens, and the audit log."""


_OWN = frozenset({Right.OWN_ACCOUNT})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _OWN | {Right.FIGURES, Right.CENTRE},
    Role.AGENT: _OWN | {Right.OWN_FIGURES, Right.CONTEST},
    Role.SUPERVISOR: _OWN | {Right.FIGURES, Right.CALLS, Right.CONTEST, Right.DECIDE, Right.CENTRE, Right.REFIT},
    Role.OPS: _OWN | {Right.CENTRE, Right.SYSTEM, Right.REFIT},
    Role.ADMIN: _OWN
    | {
        Right.FIGURES,
        Right.CALLS,
        Right.CONTEST,
        Right.DECIDE,
        Right.CENTRE,
        Right.SYSTEM,
        Right.REFIT,
        Right.ACCOUNTS,
    },
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls somebody sees: everybody's, those of some teams, or those of one person.

    ``teams`` None means every team, an empty set none; ``agent`` narrows further to one person's.
    """

    teams: frozenset[str] | None = None
    agent: str | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nothing is out of scope."""
        return self.teams is None and self.agent is None


EVERYBODY = Scope()
NOBODY = Scope(frozenset())


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Return what the ``roles`` may do together."""
    return frozenset().union(*(RIGHTS[role] for role in roles))


def scope_of(roles: Iterable[Role], *, leads: Iterable[str], person: str | None) -> Scope:
    """Return the widest scope that the ``roles`` give.

    ``leads`` are the teams that a supervisor leads now, ``person`` is who an agent is.
    """
    held = frozenset(roles)
    if held & {Role.ADMIN, Role.VIEWER}:
        return EVERYBODY
    if Role.SUPERVISOR in held:
        return Scope(frozenset(leads))
    if Role.AGENT in held and person:
        return Scope(agent=person)
    return NOBODY

"""Roles and rights in the words of a page."""

from collections.abc import Iterable, Mapping

from ivr.domain.access import Right, Role
from ivr.web.languages import Words
from ivr.web.marked import gettext

_ROLES: Mapping[Role, str] = {
    Role.VIEWER: gettext("viewer"),
    Role.AGENT: gettext("agent"),
    Role.SUPERVISOR: gettext("supervisor"),
    Role.OPS: gettext("operations"),
    Role.ADMIN: gettext("administrator"),
}
_ROLES_MAY: Mapping[Role, str] = {
    Role.VIEWER: gettext("sees everybody's figures, and no single call"),
    Role.AGENT: gettext("sees the own figures, and contests a rating"),
    Role.SUPERVISOR: gettext("sees figures and calls of the teams led, and decides about contested ratings"),
    Role.OPS: gettext("sees how the service runs, layouts and experiments, and no person's figures"),
    Role.ADMIN: gettext("sees everything, and looks after sign-ins"),
}
_RIGHTS: Mapping[Right, str] = {
    Right.OWN_ACCOUNT: gettext("the own sign-in"),
    Right.OWN_FIGURES: gettext("the own figures"),
    Right.FIGURES: gettext("agents' figures"),
    Right.CALLS: gettext("single calls"),
    Right.CONTEST: gettext("contesting ratings"),
    Right.DECIDE: gettext("deciding about contested ratings"),
    Right.CENTRE: gettext("layouts, experiments and the wallboard"),
    Right.SYSTEM: gettext("how the service runs"),
    Right.REFIT: gettext("having figures fitted anew"),
    Right.ACCOUNTS: gettext("sign-ins and the audit log"),
}


def role_name(role: Role, words: Words) -> str:
    """Return what a role is called."""
    return words.gettext(_ROLES[role])


def role_names(roles: Iterable[Role], words: Words) -> str:
    """Return the roles in one line, those that may least first."""
    held = frozenset(roles)
    return ", ".join(role_name(role, words) for role in Role if role in held)


def role_may(role: Role, words: Words) -> str:
    """Return what a role may do, in one phrase."""
    return words.gettext(_ROLES_MAY[role])


def right_name(right: Right, words: Words) -> str:
    """Return what a right is for."""
    return words.gettext(_RIGHTS[right])


def right_names(rights: Iterable[Right], words: Words) -> str:
    """Return the rights in one line."""
    held = frozenset(rights)
    return ", ".join(right_name(right, words) for right in Right if right in held)

"""Navigation: the pages that somebody may see, in the order of a working day.

What looks at figures comes first, then what callers hear, then the running of it; pages that are yet to come
(reports, cases, the editing of layouts) have their places here.
"""

from dataclasses import dataclass

from ivr.domain.access import Right
from ivr.usecases.accounts import User
from ivr.web.languages import Words
from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class Place:
    """An entry: where it leads, and whether the reader is there (``is_here``) or in a page under it."""

    address: str
    name: str
    is_here: bool


_PLACES: tuple[tuple[str, str, Right], ...] = (
    ("/me", gettext("My figures"), Right.OWN_FIGURES),
    ("/team", gettext("Team"), Right.FIGURES),
    ("/calls", gettext("Calls"), Right.CALLS),
    ("/calls", gettext("My calls"), Right.OWN_FIGURES),
    ("/contests", gettext("Contested ratings"), Right.DECIDE),
    ("/contests", gettext("Contested ratings"), Right.OWN_FIGURES),
    ("/layouts", gettext("Layouts"), Right.CENTRE),
    ("/experiments", gettext("Experiments"), Right.CENTRE),
    ("/wallboard", gettext("Wallboard"), Right.CENTRE),
    ("/system", gettext("System"), Right.SYSTEM),
    ("/people", gettext("People"), Right.ACCOUNTS),
    ("/audit", gettext("Audit log"), Right.ACCOUNTS),
)


def navigation(user: User, path: str, words: Words) -> tuple[Place, ...]:
    """Return the entries that ``user`` may follow, seen from the page at ``path``."""
    rights = user.rights
    named: dict[str, str] = {}
    for address, name, right in _PLACES:
        if right in rights:
            named.setdefault(address, name)  # the wider right names a place that several open
    return tuple(
        Place(address, words.gettext(name), path == address or path.startswith(f"{address}/"))
        for address, name in named.items()
    )


def home_of(user: User) -> str:
    """Return the page that somebody begins with."""
    rights = user.rights
    return next((address for address, _, right in _PLACES if right in rights), "/account")

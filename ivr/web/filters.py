"""The filters of a page: what can be chosen, what is, quick periods, and what was wrong with it."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from ivr.domain.kpi.tallies import PlaceNames
from ivr.usecases.read_places import PlacesQuestion
from ivr.usecases.report_window import WindowRefused
from ivr.web.ports import PORTS, SESSION
from ivr.web.selection import FILTERS, chosen_filters
from ivr.web.templates import words_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down: its name in the address, its label, and its values."""

    name: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A quick choice of days."""

    label: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The form. ``typed`` is what the address says, as it was typed; ``faults`` say what is wrong, by field.

    A fault of no single field is under the empty name. ``kept`` goes along unchanged. ``search`` is the label of the
    field for a name; None where the page has none.
    """

    action: str
    choices: tuple[Choice, ...]
    periods: tuple[Period, ...]
    typed: Mapping[str, str]
    faults: Mapping[str, str]
    kept: tuple[tuple[str, str], ...]
    search: str | None = None

    def is_day(self, name: str) -> bool:
        """Say whether a field holds what a date field of a browser can show."""
        try:
            return not self.typed[name] or date.fromisoformat(self.typed[name]).isoformat() == self.typed[name]
        except ValueError:
            return False

    @property
    def is_chosen(self) -> bool:
        """Whether anything is chosen."""
        return any(self.typed.values())


async def read_filters(
    request: web.Request,
    action: str,
    *,
    keep: Sequence[str] = (),
    choices: Sequence[str] = ("queue", "site", "language", "team"),
    search: str | None = None,
    fault: WindowRefused | None = None,
) -> FilterForm:
    """Return the form of the page at ``action``, with what there is to choose from within the reader's scope.

    ``keep`` are the page's other parameters that a new choice leaves as they are.
    """
    words = words_of(request)
    scope = request[SESSION].user.scope
    places = await request.app[PORTS].pages.read(PlacesQuestion(scope.teams, scope.agent))
    typed = {name: value[:200] for name, value in chosen_filters(request).items()}
    labels = {
        "queue": words.gettext("Queue"),
        "site": words.gettext("Site"),
        "language": words.gettext("Language"),
        "team": words.gettext("Team"),
    }
    shown = tuple(
        Choice(name, labels[name], values) for name in choices if len(values := _values(name, places, typed[name])) > 1
    )
    return FilterForm(
        action=action,
        choices=shown,
        periods=_periods(request, action),
        typed=typed | ({"search": request.query.get("search", "")[:200]} if search else {}),
        faults={} if fault is None else {_field(fault, shown, search): words.sentence(str(fault))},
        kept=tuple((name, request.query[name]) for name in keep if request.query.get(name)),
        search=search,
    )


def _field(fault: WindowRefused, shown: Sequence[Choice], search: str | None) -> str:
    """Return the field that a fault stands beside; none where the form does not have it."""
    fields = {"from", "to", *(each.name for each in shown), *(() if search is None else ("search",))}
    return fault.field if fault.field is not None and fault.field in fields else ""


def address_with(request: web.Request, path: str, **changes: str | None) -> str:
    """Return ``path`` with the request's query, changed: None takes a parameter out."""
    query = {name: value for name, value in request.query.items() if name not in changes and value}
    query |= {name: value for name, value in changes.items() if value}
    return f"{path}?{urlencode(query)}" if query else path


def filters_of(request: web.Request) -> dict[str, str]:
    """Return the filters that are chosen, for links to other pages of the same calls."""
    return {name: request.query[name] for name in FILTERS if request.query.get(name)}


def _values(name: str, places: PlaceNames, typed: str) -> tuple[str, ...]:
    values: tuple[str, ...] = getattr(places, f"{name}s")
    return values if not typed or typed in values else (*values, typed)


def _periods(request: web.Request, action: str) -> tuple[Period, ...]:
    """Return the quick choices: whole months, as only whole months have fitted figures."""
    words, ports = words_of(request), request.app[PORTS]
    today = ports.clock().astimezone(ports.zone).date()
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    before = (last - timedelta(days=1)).replace(day=1)
    spans = (
        (words.gettext("All calls"), None, None),
        (words.gettext("This month"), this, this),
        (words.gettext("Last month"), last, last),
        (words.gettext("Last 3 months"), before, this),
    )
    chosen = request.query.get("from", ""), request.query.get("to", "")
    periods = []
    for label, first, end in spans:
        begin = "" if first is None else first.isoformat()
        until = "" if end is None else end.replace(day=monthrange(end.year, end.month)[1]).isoformat()
        address = address_with(request, action, **{"from": begin or None, "to": until or None, "page": None})
        periods.append(Period(label, address, (begin, until) == chosen))
    return tuple(periods)

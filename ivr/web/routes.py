"""Routes: an address with the rights that open it, and for scripts with what its description says.

Pages and the API declare theirs beside the handlers; the gate (:mod:`ivr.web.sessions`) lets nobody in who has none of
the rights. A route that declares none is closed to everybody; one that is to be open says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from ivr.domain.access import Right
from ivr.usecases.accounts import Step

Schema = Mapping[str, object]
"""A JSON schema as OpenAPI 3.1 has it; :mod:`ivr.web.api.schemas` makes the usual ones."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What the API's description says of a route.

    ``summary`` is one sentence. ``answer`` is the schema of the JSON that comes back with ``status``. ``query`` and
    ``path`` name the parameters of the address with their schemas (a part of the path that is not named is any text),
    ``form`` is the schema of a posted form's fields without its token. ``refusals`` are further statuses by number;
    those that every route of the API may give need not be named.
    """

    summary: str
    answer: Schema
    query: Mapping[str, Schema] = field(default_factory=dict)
    path: Mapping[str, Schema] = field(default_factory=dict)
    form: Schema | None = None
    status: int = 200
    refusals: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One address. Any of ``rights`` opens it.

    ``steps`` are the unfinished steps of a sign-in during which it is open too. ``is_open``: everybody may come in,
    without a session.
    """

    method: str
    path: str
    handler: Handler
    rights: frozenset[Right] = frozenset()
    operation: Operation | None = None
    steps: frozenset[Step] = frozenset()
    is_open: bool = False


DECLARED = web.AppKey("declared", Mapping[tuple[str, str], Route])
"""Every route by method and path as they are declared."""


def page(path: str, handler: Handler, *rights: Right, steps: frozenset[Step] = frozenset()) -> Route:
    """Return the route of a page that is read."""
    return Route("GET", path, handler, frozenset(rights), steps=steps)


def form(path: str, handler: Handler, *rights: Right, steps: frozenset[Step] = frozenset()) -> Route:
    """Return the route that a form is sent to."""
    return Route("POST", path, handler, frozenset(rights), steps=steps)


def open_page(path: str, handler: Handler) -> Route:
    """Return the route of a page that anybody may read."""
    return Route("GET", path, handler, is_open=True)


def open_form(path: str, handler: Handler) -> Route:
    """Return the route of a form that anybody may send; it has to protect itself."""
    return Route("POST", path, handler, is_open=True)


def resource(path: str, handler: Handler, operation: Operation, *rights: Right) -> Route:
    """Return the route of a JSON document for scripts."""
    return Route("GET", path, handler, frozenset(rights), operation)


def command(path: str, handler: Handler, operation: Operation, *rights: Right) -> Route:
    """Return the route by which scripts have something done."""
    return Route("POST", path, handler, frozenset(rights), operation)

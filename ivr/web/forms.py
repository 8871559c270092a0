"""Forms: what a browser posted, or a refusal where it cannot be read, and the form as it is shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

CSRF_FIELD = "csrf_token"
"""The field that shows that a form is from this session."""


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as it is shown: ``typed`` keeps what somebody typed, ``faults`` say beside a field what is wrong.

    Passwords and codes are never among ``typed``. ``focus`` is the field that is typed in next.
    """

    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    first: str = ""

    @property
    def focus(self) -> str:
        """The first field that is wrong, or else the first that is to be filled in."""
        return next(iter(self.faults), self.first)


async def read_form(request: web.Request) -> Mapping[str, str]:
    """Return the text fields of a posted form; files are no part of any form here.

    Raises:
        HTTPBadRequest: for a body that is no form, and as aiohttp does for one that is too large.
    """
    try:
        posted = await request.post()
    except (ValueError, LookupError) as error:  # a boundary that is missing, a character set that nobody knows
        raise web.HTTPBadRequest from error
    return {name: value for name, value in posted.items() if isinstance(value, str)}


async def read_choices(request: web.Request, name: str) -> frozenset[str]:
    """Return the boxes called ``name`` that are ticked; raises as :func:`read_form`."""
    await read_form(request)
    return frozenset(value for value in (await request.post()).getall(name, []) if isinstance(value, str))

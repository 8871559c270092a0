"""Links from an agent's figures to the calls behind them; each selects what its figure counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.outcomes import Outcome
from ivr.web.call_links import list_address
from ivr.web.filters import filters_of
from ivr.web.ports import SESSION


@dataclass(frozen=True, slots=True)
class CallLinks:
    """Addresses of lists of one agent's calls, within the page's own ``filters``; closed where they may not be seen."""

    agent: str
    filters: Mapping[str, str]
    is_open: bool

    def to(
        self,
        outcomes: Sequence[Outcome] = (),
        *,
        first: date | None = None,
        last: date | None = None,
        **more: object | None,
    ) -> str | None:
        """Return the address of the calls with one of ``outcomes`` on the days ``first`` to ``last``."""
        if not self.is_open:
            return None
        chosen: dict[str, object | None] = {"agent": self.agent, "outcome": ",".join(sorted(outcomes)), **more}
        if first is not None:
            chosen["from"] = max(first.isoformat(), self.filters.get("from", ""))
        if last is not None:
            end = self.filters.get("to")
            chosen["to"] = end if end and end[:10] <= last.isoformat() else last.isoformat()
        return list_address(self.filters, chosen)


def call_links(request: web.Request, agent: str, *, is_own: bool) -> CallLinks:
    """Return the links for the reader of ``request``."""
    is_open = is_own or Right.CALLS in request[SESSION].user.rights
    return CallLinks(agent, filters_of(request), is_open)

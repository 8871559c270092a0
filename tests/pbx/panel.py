"""A panel of callers who are each given a layout of the test's choice, and the comparison of all that they answer.

The dialplan makes of a call's number its site, and the experiment gives each site one layout: so one Asterisk and one
service serve every layout of a test.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.bootstrap import parts
from ivr.domain.timelines import LayoutVersion
from ivr.rig.comparison import Comparison, StoredCall, compare
from ivr.rig.plan import Behaviour, CallPlan, PlannedAnswer, Step
from ivr.rig.record import CallRecord
from ivr.settings import load_settings
from tests.pbx.lab import DIALPLAN, Lab

CALLS_OF_A_LAYOUT = 100
# The display name is "Caller 00312": the third layout's call 12.
_SITED = """
[ivr-rating]
exten => s,1,Set(IVR_SITE=layout${CALLERID(name):-5:3})
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Return()
"""
_EXPERIMENT = """\
key = "default"
salt = "panel"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1
stop_rule = "none"

[strata."*"]
layouts = { "sequential-123" = 1.0 }
delays = { "0" = 1.0 }
"""


class Panel:
    """Plans calls, each with its layout; the order of the layouts' first calls numbers them."""

    def __init__(self, layouts: Sequence[str]) -> None:
        self._layouts = tuple(layouts)
        self.plans: list[CallPlan] = []

    @property
    def experiment(self) -> str:
        """The experiment that gives each call its layout."""
        strata = (
            f'[strata."layout{number:03d}"]\nlayouts = {{ "{key}" = 1.0 }}\ndelays = {{ "0" = 1.0 }}\n'
            for number, key in enumerate(self._layouts, start=1)
        )
        return _EXPERIMENT + "\n" + "\n".join(strata)

    def dialplan(self, folder: Path) -> Path:
        """Write the dialplan that names a call's layout by its site."""
        path = folder / "panel.conf"
        path.write_text(DIALPLAN.read_text().replace("[ivr-rating]", "[shipped]") + _SITED)
        return path

    def call(
        self,
        layout: str,
        steps: Sequence[Step],
        answers: Sequence[PlannedAnswer] = (),
        *,
        caller: str | None = None,
        behaviour: Behaviour = Behaviour.PRESSES,
    ) -> int:
        """Plan a call of that layout and return its number."""
        site = self._layouts.index(layout) + 1
        number = site * CALLS_OF_A_LAYOUT + sum(plan.number // CALLS_OF_A_LAYOUT == site for plan in self.plans)
        self.plans.append(
            CallPlan(
                number=number,
                caller=caller or f"+4420794{number:05d}",
                extension=("support", "sales")[len(self.plans) % 2],
                behaviour=behaviour,
                talk_seconds=0.4,
                steps=tuple(steps),
                answers=tuple(answers),
            )
        )
        return number

    def layout_of(self, number: int) -> str:
        """Return the layout of a call by its number."""
        return self._layouts[number // CALLS_OF_A_LAYOUT - 1]


def versions_in(folder: Path) -> Mapping[str, LayoutVersion]:
    """Return the layouts of ``folder`` joined to the shipped recordings."""
    settings = load_settings().model_copy(update={"layouts_dir": folder})
    return parts.catalogue(settings).versions


async def compared(centre: Lab, records: Sequence[CallRecord]) -> tuple[Comparison, Mapping[int, StoredCall]]:
    """Lay what was done beside what is stored; the second is what is stored by the plan's number."""
    stored = await centre.stored()
    persons = {agent.endpoint: agent.interface for agent in centre.pbx.plan.agents}
    uniqueids = {record.uniqueid or "" for record in records}
    of_these = {uniqueid: call for uniqueid, call in stored.items() if uniqueid in uniqueids}
    return compare(records, of_these, persons), {
        record.plan.number: stored[record.uniqueid or ""] for record in records if record.uniqueid in stored
    }


def differences(comparison: Comparison) -> list[str]:
    """Return what differs, with the call it differs in."""
    return [
        f"{call.record and call.record.plan.name} {call.row and call.row.layout}: {call.difference}"
        for call in comparison.calls
        if call.difference is not None
    ]

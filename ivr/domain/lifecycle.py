"""The life of a layout's version: draft, checked, published, retired; and who signed for one that leads.

A version is a hash over the layout and its audio, so it never changes; what changes is what was decided about it.
Decisions are only ever added. A version's state is the last of those that move it; a signature moves nothing, and
counts for the one version that it names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.timelines import LayoutVersion, Recording
from ivr.errors import LifecycleRefused


class State(StrEnum):
    """How far a version has come."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    RETIRED = "retired"


class Step(StrEnum):
    """What can be decided about a version."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    PUBLISHED = "published"
    RETIRED = "retired"
    SIGNED = "signed"


REACHES: Mapping[Step, State] = {
    Step.DRAFTED: State.DRAFT,
    Step.CHECKED: State.CHECKED,
    Step.PUBLISHED: State.PUBLISHED,
    Step.RETIRED: State.RETIRED,
}
FOLLOWS: Mapping[Step, frozenset[State | None]] = {
    Step.DRAFTED: frozenset({None}),
    Step.CHECKED: frozenset({State.DRAFT}),
    Step.PUBLISHED: frozenset({State.CHECKED}),
    Step.RETIRED: frozenset({State.PUBLISHED}),
    Step.SIGNED: frozenset({State.DRAFT, State.CHECKED, State.PUBLISHED, State.RETIRED}),
}
"""From which states a step may be taken. A retired version may still be signed: its calls are still counted."""

_REMEDIES: Mapping[tuple[Step, State | None], str] = {
    (Step.CHECKED, None): "draft it first: ivr layouts draft FILE",
    (Step.PUBLISHED, None): "draft it first: ivr layouts draft FILE",
    (Step.PUBLISHED, State.DRAFT): "check it first: ivr layouts check {layout}",
    (Step.RETIRED, None): "draft it first: ivr layouts draft FILE",
    (Step.RETIRED, State.DRAFT): "leave it: only what was published can be retired, and a draft is never served",
    (Step.RETIRED, State.CHECKED): "leave it: only what was published can be retired",
    (Step.SIGNED, None): "draft it first: ivr layouts draft FILE",
}
_FINAL = "that is final; change the layout, which makes a new version"


@dataclass(frozen=True, slots=True)
class NotedVersion:
    """A version as it is kept for good: the text that defines it, its recordings by name, and why it leads, if it does.

    ``noted_at`` is when it was first seen.
    """

    layout: str
    version: str
    language: str
    definition: str
    recordings: Mapping[str, Recording]
    leads: tuple[str, ...]
    noted_at: datetime

    @classmethod
    def of(cls, version: LayoutVersion, definition: str, leads: tuple[str, ...], noted_at: datetime) -> "NotedVersion":
        """Return what is kept of ``version``."""
        layout = version.layout
        return cls(layout.key, version.version, layout.language, definition, version.recordings, leads, noted_at)


@dataclass(frozen=True, slots=True)
class LayoutDecision:
    """One step that somebody took with a version."""

    layout: str
    version: str
    at: datetime
    who: str
    step: Step
    reason: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("--by", self.who), ("--reason", self.reason)):
            if text is not None and (not text.strip() or not text.isprintable()):
                raise LifecycleRefused(f"{name} is {text!r}; write it in words, in one line")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a version stands: its state, why it leads (empty: it does not), and who signed for it last."""

    layout: str
    version: str
    noted_at: datetime
    leads: tuple[str, ...] = ()
    state: State | None = None
    signed_by: str | None = None

    def has_passed(self, step: Step) -> bool:
        """Say whether ``step`` was taken with the version, so that it need not be taken again.

        Publishing a retired version is no such step: who wants to use it again has to be told that it is retired.
        """
        if self.state is None or step is Step.SIGNED or (self.state is State.RETIRED and step is Step.PUBLISHED):
            return False
        order = tuple(State)
        return order.index(REACHES[step]) <= order.index(self.state)

    def require(self, step: Step) -> None:
        """Raise LifecycleRefused where ``step`` may not be taken now."""
        if self.state in FOLLOWS[step]:
            return
        name = f"{self.layout} version {self.version}"
        if self.state is not None and self.state is REACHES.get(step):
            raise LifecycleRefused(f"{name} is {self.state} already; nothing has to be done")
        remedy = _FINAL if self.state is State.RETIRED else _REMEDIES.get((step, self.state), _ONCE)
        raise LifecycleRefused(
            f"{name} is {self.state or 'not noted'}, so it cannot be {step}; {remedy.format(layout=self.layout)}"
        )


_ONCE = "nothing has to be done: it has come further already"


def standing_of(noted: NotedVersion, decisions: Iterable[LayoutDecision]) -> Standing:
    """Return where ``noted`` stands after its ``decisions``, given in their order."""
    state: State | None = None
    signed_by: str | None = None
    for decision in decisions:
        if decision.step is Step.SIGNED:
            signed_by = decision.who
        else:
            state = REACHES[decision.step]
    return Standing(noted.layout, noted.version, noted.noted_at, noted.leads, state, signed_by)

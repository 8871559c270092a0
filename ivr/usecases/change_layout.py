"""Change layouts: take a version from draft to checked, published and retired, and sign for one that leads.

From files, whoever runs the service publishes by running it, unless publishing is kept for people. From the database
nothing is served that a person did not publish.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from ivr.domain.leading import why_it_leads
from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Standing, State, Step
from ivr.domain.timelines import LayoutVersion
from ivr.errors import LifecycleRefused
from ivr.usecases.ports import Clock


class LayoutRecords(Protocol):
    """Where versions and decisions are kept for good."""

    async def note(self, *versions: NotedVersion) -> None:
        """Keep ``versions``; one that is there already stays as it was first noted."""

    async def decide(self, *decisions: LayoutDecision, skip_if_reached: bool = False) -> int:
        """Add ``decisions`` in their order, all or none, and return how many; raises LifecycleRefused.

        ``skip_if_reached`` leaves out those that a version has passed already.
        """

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:
        """Return where every version (of ``layout``) stands, in the order in which they were noted."""

    async def history(self, layout: str) -> Sequence[LayoutDecision]:
        """Return every decision about ``layout``, oldest first."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A version beside the text that defines it."""

    version: LayoutVersion
    definition: str

    @property
    def layout(self) -> str:
        """The layout's key."""
        return self.version.layout.key


@dataclass(frozen=True, slots=True)
class Running:
    """The experiment that runs, and the versions of each layout that callers hear by it, or will at a reload."""

    experiment: str
    versions: Mapping[str, Collection[str]]


class ChangeLayouts:
    """Takes the steps; every refusal is a LifecycleRefused that says what to do instead."""

    def __init__(self, records: LayoutRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def draft(self, defined: Defined, *, by: str) -> Standing:
        """Keep a version as a draft; one that is there already stays where it stands."""
        return await self._come_to(Step.DRAFTED, [defined], by)

    async def check(self, defined: Defined, *, by: str) -> Standing:
        """Note that the version is in order, as whoever calls has found; a draft is made of it first."""
        return await self._come_to(Step.CHECKED, [defined], by)

    async def publish_read(self, defined: Sequence[Defined], *, by: str) -> int:
        """Publish versions that were read, and with that checked, just now; return how many steps that took."""
        return await self._advance(Step.PUBLISHED, defined, by)

    async def publish(self, layout: str, version: str, *, by: str) -> Standing:
        """Publish a version that is checked."""
        return await self._take(Step.PUBLISHED, layout, version, by)

    async def retire(self, layout: str, version: str, *, by: str, reason: str, running: Running | None) -> Standing:
        """Retire a published version, for good; refused while the experiment that runs can assign it."""
        if running is not None and version in running.versions.get(layout, ()):
            raise LifecycleRefused(
                f"{layout} version {version} is what the running experiment {running.experiment} lets callers hear; "
                f"stop it with `ivr experiments stop {running.experiment} --by NAME` and start one without {layout}, "
                f"or change {layout} and reload the service, then retire"
            )
        return await self._take(Step.RETIRED, layout, version, by, reason)

    async def sign(self, layout: str, version: str, *, by: str, reason: str) -> Standing:
        """Sign for a version that leads, so that its ratings count in appraisals; a changed layout wants a new one."""
        standing = await self.standing(layout, version)
        if not standing.leads:
            raise LifecycleRefused(
                f"{layout} version {version} does not lead callers, so its ratings count without a signature; "
                "sign only for a layout that leads (`ivr layouts list` marks them)"
            )
        return await self._take(Step.SIGNED, layout, version, by, reason)

    async def standing(self, layout: str, version: str) -> Standing:
        """Return where a version stands; refuses one that was never noted."""
        there = await self._records.standings(layout)
        for standing in there:
            if standing.version == version:
                return standing
        known = ", ".join(each.version for each in there) or "none yet; ivr layouts draft FILE makes one"
        raise LifecycleRefused(f"{layout} has no version {version} here; name one of these: {known}")

    async def newest(self, layout: str) -> Standing:
        """Return where the version stands that was noted last; refuses a layout without one."""
        there = await self._records.standings(layout)
        if not there:
            raise LifecycleRefused(f"no version of {layout} is here; draft one with ivr layouts draft FILE")
        return there[-1]

    async def unpublished(self, offered: Iterable[Defined]) -> list[Defined]:
        """Return what of ``offered`` is not published yet; refuses a version that is retired."""
        stands = {(each.layout, each.version): each.state for each in await self._records.standings()}
        lacking = []
        for each in offered:
            state = stands.get((each.layout, each.version.version))
            if state is State.RETIRED:
                raise LifecycleRefused(
                    f"{each.layout} version {each.version.version} is retired and cannot be served; "
                    "change the layout, which makes a new version, or take it out of the experiment"
                )
            if state is not State.PUBLISHED:
                lacking.append(each)
        return lacking

    def refuse_unpublished(self, lacking: Sequence[Defined]) -> NoReturn:
        """Refuse to serve what people have to publish first; names all of it, and the command for the first."""
        names = ", ".join(f"{each.layout} version {each.version.version}" for each in lacking)
        raise LifecycleRefused(
            f"not published: {names}; look at it, then run `ivr layouts publish {lacking[0].layout} --by NAME`"
        )

    async def refuse_changed(self, lacking: Sequence[Defined], *, by: str) -> NoReturn:
        """Refuse what came from the database and is another version than was published, as its recordings changed.

        What it has become is kept as a draft.
        """
        await self._advance(Step.DRAFTED, lacking, by)
        first = lacking[0]
        raise LifecycleRefused(
            f"database: {first.layout}: its recordings have changed since it was published, which makes version "
            f"{first.version.version}, a draft; put the old recordings back, or run "
            f"`ivr layouts check {first.layout}` and `ivr layouts publish {first.layout} --by NAME`"
        )

    async def _come_to(self, step: Step, defined: Sequence[Defined], by: str) -> Standing:
        await self._advance(step, defined, by)
        return await self.standing(defined[0].layout, defined[0].version.version)

    async def _advance(self, last: Step, defined: Sequence[Defined], by: str) -> int:
        """Note the versions and take every step up to ``last`` that they have not passed."""
        if not defined:
            return 0
        now = self._clock()
        steps = (Step.DRAFTED, Step.CHECKED, Step.PUBLISHED)
        decisions = [
            LayoutDecision(each.layout, each.version.version, now, by, step)
            for each in defined
            for step in steps[: steps.index(last) + 1]
        ]
        await self._records.note(
            *(NotedVersion.of(each.version, each.definition, why_it_leads(each.version), now) for each in defined)
        )
        return await self._records.decide(*decisions, skip_if_reached=True)

    async def _take(self, step: Step, layout: str, version: str, by: str, reason: str | None = None) -> Standing:
        await self._records.decide(LayoutDecision(layout, version, self._clock(), by, step, reason))
        return await self.standing(layout, version)

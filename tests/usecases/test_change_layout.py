"""The steps from draft to retired, and the signature, with records kept in memory by the same rules as in the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Standing, State, Step, standing_of
from ivr.errors import LifecycleRefused
from ivr.usecases.change_layout import ChangeLayouts, Defined, Running
from tests.specimens import NOON, layout, version

PLAIN = Defined(version(layout()), 'key = "sequential-123"')
LEADING = Defined(version(layout(pause_seconds=3.0, key="paced-123")), 'key = "paced-123"')


@dataclass
class MemoryLayoutRecords:
    """Implements LayoutRecords."""

    noted: dict[tuple[str, str], NotedVersion] = field(default_factory=dict)
    decisions: list[LayoutDecision] = field(default_factory=list)

    async def note(self, *versions: NotedVersion) -> None:
        for each in versions:
            self.noted.setdefault((each.layout, each.version), each)

    async def decide(self, *decisions: LayoutDecision, skip_if_reached: bool = False) -> int:
        before = len(self.decisions)
        for decision in decisions:
            standing = self._standing(self.noted[decision.layout, decision.version])
            if not (skip_if_reached and standing.has_passed(decision.step)):
                standing.require(decision.step)
                self.decisions.append(decision)
        return len(self.decisions) - before

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:
        return [self._standing(each) for each in self.noted.values() if layout in {None, each.layout}]

    async def history(self, layout: str) -> Sequence[LayoutDecision]:
        return [each for each in self.decisions if each.layout == layout]

    def _standing(self, noted: NotedVersion) -> Standing:
        own = [each for each in self.decisions if (each.layout, each.version) == (noted.layout, noted.version)]
        return standing_of(noted, own)


@pytest.fixture
def records() -> MemoryLayoutRecords:
    return MemoryLayoutRecords()


@pytest.fixture
def layouts(records: MemoryLayoutRecords) -> ChangeLayouts:
    return ChangeLayouts(records, lambda: NOON)


async def test_each_step_is_kept_with_who_and_when(layouts: ChangeLayouts, records: MemoryLayoutRecords) -> None:
    number = LEADING.version.version
    assert (await layouts.draft(LEADING, by="ana")).state is State.DRAFT
    assert (await layouts.check(LEADING, by="bea")).state is State.CHECKED
    assert (await layouts.publish("paced-123", number, by="cem")).state is State.PUBLISHED
    signed = await layouts.sign("paced-123", number, by="dora", reason="we know")
    assert (signed.state, signed.signed_by) == (State.PUBLISHED, "dora")
    retired = await layouts.retire("paced-123", number, by="eve", reason="it leads", running=None)
    assert (retired.state, retired.signed_by) == (State.RETIRED, "dora")
    assert [(each.who, each.step, each.at) for each in await records.history("paced-123")] == [
        ("ana", Step.DRAFTED, NOON),
        ("bea", Step.CHECKED, NOON),
        ("cem", Step.PUBLISHED, NOON),
        ("dora", Step.SIGNED, NOON),
        ("eve", Step.RETIRED, NOON),
    ]
    (noted,) = records.noted.values()
    assert (noted.definition, noted.language, noted.recordings) == (
        LEADING.definition,
        "en",
        LEADING.version.recordings,
    )
    assert "3 s of silence after key 1" in noted.leads[0]


async def test_only_what_was_checked_is_published(layouts: ChangeLayouts) -> None:
    drafted = await layouts.draft(PLAIN, by="ana")
    with pytest.raises(LifecycleRefused, match="is draft, so it cannot be published; check it first"):
        await layouts.publish("sequential-123", drafted.version, by="ana")
    with pytest.raises(LifecycleRefused, match=f"has no version other here; name one of these: {drafted.version}"):
        await layouts.standing("sequential-123", "other")
    with pytest.raises(LifecycleRefused, match="no version of nobody is here; draft one"):
        await layouts.newest("nobody")


async def test_publishing_what_was_read_checks_it_and_doing_it_twice_adds_nothing(
    layouts: ChangeLayouts, records: MemoryLayoutRecords
) -> None:
    assert await layouts.publish_read([PLAIN, LEADING], by="serve: ivr") == 6
    assert await layouts.publish_read([PLAIN, LEADING], by="serve: ivr") == 0
    assert await layouts.publish_read([], by="serve: ivr") == 0
    assert {each.state for each in await records.standings()} == {State.PUBLISHED}


async def test_retired_is_final_for_that_version_and_a_changed_layout_is_another(layouts: ChangeLayouts) -> None:
    await layouts.publish_read([PLAIN], by="ana")
    await layouts.retire("sequential-123", PLAIN.version.version, by="ana", reason="old", running=None)
    with pytest.raises(
        LifecycleRefused, match=r"is retired, so it cannot be published; that is final; change the layout"
    ):
        await layouts.publish_read([PLAIN], by="ana")
    with pytest.raises(LifecycleRefused, match="is retired and cannot be served; change the layout"):
        await layouts.unpublished([PLAIN])
    changed = Defined(version(replace(PLAIN.version.layout, max_tries=3)), PLAIN.definition)
    assert await layouts.unpublished([changed]) == [changed]
    assert await layouts.publish_read([changed], by="ana") == 3


async def test_what_the_running_experiment_assigns_is_not_retired(layouts: ChangeLayouts) -> None:
    await layouts.publish_read([PLAIN], by="ana")
    number = PLAIN.version.version
    running = Running("summer", {"sequential-123": ["as read now", number]})
    with pytest.raises(
        LifecycleRefused, match=r"the running experiment summer .*`ivr experiments stop summer --by NAME`"
    ):
        await layouts.retire("sequential-123", number, by="ana", reason="old", running=running)
    elsewhere = Running("summer", {"sequential-123": ["another version"], "paced-123": [number]})
    retired = await layouts.retire("sequential-123", number, by="ana", reason="old", running=elsewhere)
    assert retired.state is State.RETIRED


async def test_a_signature_is_for_one_leading_version(layouts: ChangeLayouts) -> None:
    await layouts.publish_read([PLAIN, LEADING], by="ana")
    with pytest.raises(LifecycleRefused, match="does not lead callers, so its ratings count without a signature"):
        await layouts.sign("sequential-123", PLAIN.version.version, by="bea", reason="to be sure")
    signed = await layouts.sign("paced-123", LEADING.version.version, by="bea", reason="we know")
    assert signed.signed_by == "bea"
    changed = Defined(version(replace(LEADING.version.layout, max_tries=3)), LEADING.definition)
    assert (await layouts.draft(changed, by="ana")).signed_by is None


@pytest.mark.parametrize(("by", "reason"), [("", "we know"), ("bea", " "), ("bea\nana", "we know")])
async def test_a_signature_has_a_name_and_a_reason(layouts: ChangeLayouts, by: str, reason: str) -> None:
    await layouts.publish_read([LEADING], by="ana")
    with pytest.raises(LifecycleRefused, match="write it in words, in one line"):
        await layouts.sign("paced-123", LEADING.version.version, by=by, reason=reason)


async def test_what_people_have_to_publish_is_refused_with_the_command(
    layouts: ChangeLayouts, records: MemoryLayoutRecords
) -> None:
    await layouts.draft(PLAIN, by="ana")
    lacking = await layouts.unpublished([PLAIN, LEADING])
    assert lacking == [PLAIN, LEADING]
    with pytest.raises(LifecycleRefused, match="run `ivr layouts publish sequential-123 --by NAME`") as refused:
        layouts.refuse_unpublished(lacking)
    assert LEADING.version.version in str(refused.value)
    with pytest.raises(LifecycleRefused, match="database: paced-123: its recordings have changed since"):
        await layouts.refuse_changed([LEADING], by="serve: ivr")
    assert (await layouts.newest("paced-123")).state is State.DRAFT

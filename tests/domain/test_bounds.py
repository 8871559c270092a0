"""The longest that a call can take: as computed, and as found by trying everything that a caller can do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.catalogue.layouts import load_layouts
from ivr.domain.bounds import worst_case_seconds
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.events import AnswerKept, CommentKept, Event, KeyHeard, Played, Recorded
from ivr.domain.flow.interview import REPLAYED_MS, Interview
from ivr.domain.layouts import DTMF_KEYS, CommentRequest
from ivr.domain.timelines import LayoutVersion
from ivr.settings import HOME
from tests.domain.flow.caller import Deed, Intent, Keys, Wants, call
from tests.domain.flow.questionnaires import joined
from tests.specimens import COMMENT, CONFIRMATION, layout, questionnaire, reason, recommend, solved, version

SHIPPED = joined(list(load_layouts(Path(HOME) / "config" / "layouts").values()), [200, 700, 1500, 4000, 2600])
REPLAYED_SECONDS = REPLAYED_MS / 1000

CALLS: dict[str, LayoutVersion] = {
    **SHIPPED,
    "plain": version(),
    "without a way out": version(layout(opt_out_key=None, max_tries=1)),
    "repeats": version(replace(layout(max_tries=3), repeat_key="*", max_repeats=2, opted_out="opted-out")),
    "few wrong keys": version(replace(layout(max_tries=4), max_invalid=2, max_no_key=3)),
    "two keys": questionnaire(replace(recommend(), repeat_key="#", opt_out_key=None)),
    "two keys without the first": version(
        replace(
            layout(),
            options=tuple(
                replace(option, press=press)
                for option, press in zip(layout().options, ("2", "3", "10"), strict=True)
            ),
        )
    ),
    "confirmed": version(replace(layout(), confirmation=CONFIRMATION)),
    "a branch": questionnaire(
        replace(
            layout(),
            options=tuple(replace(each, then=("reason-12",) * (each.category == 1)) for each in layout().options),
            then=("solved-12",),
            confirmation=CONFIRMATION,
        ),
        reason(then=("comment",), comment=CommentRequest("say", longest_seconds=60.0)),
        solved(),
    ),
    "all": questionnaire(
        replace(layout(), then=("solved-12", "comment"), comment=COMMENT, confirmation=CONFIRMATION, repeat_key="*"),
        solved(then=("recommend-11",)),
        recommend(opt_out_key="#"),
    ),
}  # fmt: skip


def longest_ms(asked: LayoutVersion) -> int:
    """Return the longest way through the flow where every key comes at the last moment and is no copy."""
    begin = Interview.begin(asked, asks_again=True)
    known: dict[object, int] = {}
    waiting = [(begin, 0)]
    while waiting:
        interview, clock = waiting[-1]
        ways = [(cost, _after(interview, event)) for event, cost in _events(interview, clock)]
        missing = [after for _, after in ways if _identity(after) not in known]
        if missing:
            waiting += [(after, clock + 1) for after in missing]
            continue
        known[_identity(interview)] = max((cost + known[_identity(after)] for cost, after in ways), default=0)
        waiting.pop()
    return known[_identity(begin)]


def _events(interview: Interview, clock: int) -> Iterator[tuple[Event, int]]:
    command, moment = interview.command, 10_000 * clock
    match command:
        case KeepAnswer():
            yield AnswerKept(), 0
        case KeepComment():
            yield CommentKept(), 0
        case Record():
            yield Recorded(command.milliseconds, "c"), command.milliseconds
            yield Recorded(command.milliseconds, None), command.milliseconds
        case Play() | Hush():
            yield Played(), command.milliseconds
            for key in DTMF_KEYS:
                yield KeyHeard(key, moment, moment, command.milliseconds), command.milliseconds
        case Finish():
            return


def _after(interview: Interview, event: Event) -> Interview:
    return interview.step(event) if isinstance(event, AnswerKept | CommentKept) else interview.happened([event])


def _identity(interview: Interview) -> object:
    asked = interview.asked
    return (
        *(interview.part, interview.item.name, interview.item.is_comment, interview.command, interview.declined),
        tuple((item.name, item.is_comment) for item in interview.agenda.coming),
        *(asked.question, asked.phase, asked.steps, asked.position, asked.digits.keyed, asked.answer),
        *(asked.readings, asked.repeats, asked.silences, asked.wrong_keys, asked.declined),
    )


@pytest.mark.parametrize("which", sorted(CALLS))
def test_no_way_through_a_call_is_longer_than_its_bound(which: str) -> None:
    """And the bound is no more than the waits and the words of declining above the longest way."""
    bound = worst_case_seconds(CALLS[which]) - REPLAYED_SECONDS
    longest = longest_ms(CALLS[which]) / 1000
    assert round(bound - longest, 3) >= 0
    assert longest >= 0.95 * bound


def test_the_branches_of_a_call_are_not_added_up() -> None:
    answers = layout().options
    apart = replace(
        layout(),
        options=(replace(answers[0], then=("solved-12",)), replace(answers[1], then=("reason-12",)), answers[2]),
    )
    alone = worst_case_seconds(version())
    longer = max(
        worst_case_seconds(questionnaire(replace(layout(), then=(each.key,)), each)) for each in (solved(), reason())
    )
    assert worst_case_seconds(questionnaire(apart, solved(), reason())) == longer > alone


def test_a_comment_and_a_pause_count_in_full() -> None:
    with_comment = replace(layout(), then=("comment",), comment=COMMENT)
    with_pauses = layout(pause_seconds=3.0)
    assert worst_case_seconds(version(with_comment)) == pytest.approx(worst_case_seconds(version()) + 1.8 + 30.0)
    assert worst_case_seconds(version(with_pauses)) == pytest.approx(worst_case_seconds(version()) + 2 * 2 * 3.0)


@pytest.mark.parametrize("which", sorted(CALLS))
@pytest.mark.parametrize("after_share", [0.4, 0.99])
@pytest.mark.parametrize("every", [1, 3])
def test_copies_cost_no_more_than_they_are_granted(which: str, after_share: float, every: int) -> None:
    """One press, and copies of it for ever: in every prompt, or in each third command."""
    first: list[Deed] = [Keys("7" if which in {"plain", "sequential-123"} else "#", 0.5)]
    bounces: list[Deed] = [Wants(Intent.BOUNCE, after_share) if at % every == 0 else None for at in range(3000)]
    story = call(CALLS[which], 0.0, first + bounces)
    assert story.elapsed_ms / 1000 <= worst_case_seconds(CALLS[which])
    assert story.interview.replayed_ms <= REPLAYED_MS

"""Several questions in a call on a real Asterisk: every shipped layout answered in every way it can be, and what leads
from one question to the next; what was pressed is what is stored, question by question."""

import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion
from ivr.rig.plan import Anchor, HangUp, PlannedAnswer, Press
from ivr.rig.replies import BETWEEN_QUESTIONS_MS, Choose, reply
from ivr.settings import HOME
from tests.pbx.lab import Lab, lab
from tests.pbx.panel import Panel, compared, differences, versions_in

SHIPPED = HOME / "config/layouts"
RATE = 3.0
MORE = (SHIPPED / "sequential-123-more.toml").read_text()

_OPTIONS = """
[[options]]
press = "1"
category = 2
prompt = "press-1-satisfied"

[[options]]
press = "2"
category = 1
prompt = "press-2-so-so"

[[options]]
press = "3"
category = 0
prompt = "press-3-dissatisfied"
"""


def _layout(key: str, *lines: str, options: str = _OPTIONS) -> str:
    """Return the text of a layout with three answers and the given further lines."""
    head = f'''\
key = "{key}"
language = "en"
question = "satisfaction"
categories = ["dissatisfied", "so-so", "satisfied"]
intro = "intro"
thanks = "thanks"
invalid = "invalid"
no_key = "no-key"
opt_out_key = "9"
timeout_seconds = 3
'''
    return head + "\n".join(lines) + "\n" + options


LAYOUTS = {
    "many": _layout("many", 'then = ["solved-12", "about-12", "expectation-3"]'),
    "branching": _layout(
        "branching",
        'then = ["about-12"]',
        options=_OPTIONS.replace('"press-3-dissatisfied"', '"press-3-dissatisfied"\nthen = ["reason-1234"]'),
    ),
    "repeating": _layout("repeating", 'repeat_key = "*"', "max_repeats = 2", "max_tries = 1"),
    "heard-out": _layout("heard-out", "barge_in = { intro = false }"),
    "one-heard-out": _layout(
        "one-heard-out", options=_OPTIONS.replace('"press-1-satisfied"', '"press-1-satisfied"\nbarge_in = false')
    ),
    "confirmed": _layout("confirmed") + '\n[confirmation]\nprompt = "confirm"\nprobability = 1.0\n',
    "more-confirmed": MORE.replace("sequential-123-more", "more-confirmed").replace(
        "probability = 0.05", "probability = 1.0"
    ),
    "impatient": _layout("impatient", "max_tries = 3", "max_invalid = 1", "max_no_key = 2"),
    "patient": _layout("patient", "max_tries = 5", "max_invalid = 4", "max_no_key = 1"),
}
PRIMARY = PRIMARY_QUESTION
FIRST_MS = 1500


def _keys(*keyed: tuple[str | None, str], first_ms: int = FIRST_MS) -> tuple[Press, ...]:
    """Return one press for each question and key; the first from the first frame, each other from the one before."""
    return tuple(
        Press(
            key,
            Anchor.KEY_UP if number else Anchor.FIRST_FRAME,
            BETWEEN_QUESTIONS_MS if number else first_ms,
            question=question,
        )
        for number, (question, key) in enumerate(keyed)
    )


def _first_choice(keyed: str) -> Choose:
    """Return the choices of a caller who answers the primary question so, and each further one by its first option."""

    def choose(question: str, version: LayoutVersion) -> str:
        return keyed if question == PRIMARY_QUESTION else version.layout.options[0].press

    return choose


async def test_every_answer_of_every_shipped_layout_is_stored_as_pressed(tmp_path: Path) -> None:
    # Whether an extreme answer is asked once more is drawn by the call; here nobody is, elsewhere everybody.
    unconfirmed = {"sequential-123-more": MORE.replace("probability = 0.05", "probability = 0.000001")}
    versions = versions_in(SHIPPED)
    panel = Panel(sorted(versions))
    for key, version in sorted(versions.items()):
        for option in version.layout.options:
            for number, keyed in enumerate(option.presses):
                replies = reply(version, _first_choice(keyed), first_ms=1200 + 300 * number)
                panel.call(key, replies.steps, replies.answers)
    async with lab(
        tmp_path, layouts=unconfirmed, experiment=panel.experiment, dialplan=panel.dialplan(tmp_path), agents=18
    ) as centre:
        records = await centre.run(panel.plans, RATE)
        comparison, stored = await compared(centre, records)
    assert [record.plan.name for record in records if not record.done] == []
    assert differences(comparison) == []
    assert {number: call.row.layout for number, call in stored.items()} == {
        plan.number: panel.layout_of(plan.number) for plan in panel.plans
    }
    assert {call.row.outcome for call in stored.values()} == {Outcome.RATED}
    questions = {answer.question for plan in panel.plans for answer in plan.answers}
    sys.stdout.write(f"\n{len(records)} calls, {len(versions)} layouts, questions {sorted(questions)}, 0 mismatches\n")
    assert questions >= {PRIMARY_QUESTION, "solved-12", "reason-1234"}
    for plan in panel.plans:
        categories = versions[panel.layout_of(plan.number)].layout
        row = stored[plan.number].row
        assert row.category == categories.category_of(plan.answers[0].keyed or "")


async def test_what_leads_from_one_question_to_the_next(tmp_path: Path) -> None:
    panel = Panel(list(LAYOUTS))
    stored_as = PlannedAnswer
    all_four = [(PRIMARY, "1"), ("solved-12", "2"), ("about-12", "1"), ("expectation-3", "3")]
    answered = panel.call("many", _keys(*all_four), [stored_as(*pair) for pair in all_four])
    # Wrong keys in the second question: it is passed over, and the third is asked.
    wrong = [(PRIMARY, "2"), ("solved-12", "7"), ("solved-12", "8"), ("about-12", "2"), ("expectation-3", "1")]
    passed_over = panel.call(
        "many",
        [*_keys(*wrong[:2]), Press("8", Anchor.KEY_UP, 2600, question="solved-12"), *_later(_keys(*wrong[3:]), 2600)],
        [stored_as("solved-12", None), stored_as("about-12", "2"), stored_as("expectation-3", "1")],
    )
    gone = panel.call(
        "many",
        (*_keys((PRIMARY, "3"), ("solved-12", "1")), HangUp(Anchor.KEY_UP, 2500)),
        [stored_as(PRIMARY, "3"), stored_as("solved-12", "1"), stored_as("about-12", None)],
    )
    silent = panel.call("many", _keys((PRIMARY, "1")), [stored_as(PRIMARY, "1"), stored_as("solved-12", None)])
    branched = panel.call(
        "branching",
        _keys((PRIMARY, "3"), ("reason-1234", "2"), ("about-12", "1")),
        [stored_as(PRIMARY, "3"), stored_as("reason-1234", "2"), stored_as("about-12", "1")],
    )
    straight = panel.call(
        "branching",
        _keys((PRIMARY, "1"), ("about-12", "2")),
        [stored_as(PRIMARY, "1"), stored_as("reason-1234", None), stored_as("about-12", "2")],
    )
    # The copy of an answer is no answer to the next question.
    doubled = panel.call(
        "many",
        (Press("1", Anchor.FIRST_FRAME, FIRST_MS), Press("1", Anchor.KEY_UP, 130), Press("2", Anchor.KEY_UP, 2000)),
        [stored_as(PRIMARY, "1"), stored_as("solved-12", "2")],
    )
    async with _lab(tmp_path, panel) as centre:
        records = await centre.run(panel.plans, RATE)
        comparison, stored = await compared(centre, records)
    assert differences(comparison) == []
    assert {call.row.outcome for call in stored.values()} == {Outcome.RATED}
    status = {
        number: {answer.question: answer.status for answer in call.facts.further}
        for number, call in stored.items()
        if call.facts is not None
    }
    assert set(status[answered].values()) == {Outcome.RATED}
    assert status[passed_over]["solved-12"] is Outcome.INVALID_KEYS
    assert status[gone]["about-12"] in {Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU}
    assert status[silent] == {"solved-12": Outcome.NO_KEY}
    assert list(status[branched]) == ["about-12", "reason-1234"]
    assert list(status[straight]) == ["about-12"]
    facts = stored[doubled].facts
    assert facts is not None
    assert [press.key for press in facts.presses] == ["1", "1", "2"]
    assert facts.presses[-1].question == "solved-12"
    versions = versions_in(SHIPPED)
    facts = stored[answered].facts
    assert facts is not None
    assert [answer.version for answer in facts.further] == [
        versions[answer.question].version for answer in facts.further
    ]


async def test_the_keys_that_do_not_answer(tmp_path: Path) -> None:
    """Repeating, barging in, confirming, and the own counts of wrong keys and silences."""
    panel = Panel(list(LAYOUTS))
    once = panel.call("repeating", _keys((PRIMARY, "*"), (PRIMARY, "2")), [PlannedAnswer(PRIMARY, "2")])
    endless = panel.call("repeating", _keys(*[(PRIMARY, "*")] * 3, first_ms=5000))
    in_intro = panel.call("heard-out", _keys((PRIMARY, "1"), first_ms=700), [PlannedAnswer(PRIMARY, "1")])
    in_option = panel.call("heard-out", _keys((PRIMARY, "1"), first_ms=5000), [PlannedAnswer(PRIMARY, "1")])
    in_first = panel.call("one-heard-out", _keys((PRIMARY, "3"), first_ms=4600), [PlannedAnswer(PRIMARY, "3")])
    same = panel.call(
        "confirmed",
        _keys((PRIMARY, "1"), ("confirmation", "1")),
        [PlannedAnswer(PRIMARY, "1"), PlannedAnswer("confirmation", "1")],
    )
    other = panel.call(
        "confirmed",
        _keys((PRIMARY, "3"), ("confirmation", "2")),
        [PlannedAnswer(PRIMARY, "3"), PlannedAnswer("confirmation", "2")],
    )
    onwards = panel.call(
        "more-confirmed",
        _keys((PRIMARY, "1"), ("confirmation", "2"), ("solved-12", "2")),
        [PlannedAnswer(PRIMARY, "1"), PlannedAnswer("confirmation", "2"), PlannedAnswer("solved-12", "2")],
    )
    middle = panel.call("confirmed", _keys((PRIMARY, "2")), [PlannedAnswer(PRIMARY, "2")])
    one_wrong = panel.call("impatient", _keys((PRIMARY, "7")))
    two_silences = panel.call("impatient", ())
    three_wrong = panel.call(
        "patient",
        (*_keys((PRIMARY, "7")), *_later(_keys((PRIMARY, "8"), (PRIMARY, "7"), (PRIMARY, "3")), 2600)),
        [PlannedAnswer(PRIMARY, "3")],
    )
    one_silence = panel.call("patient", ())
    async with _lab(tmp_path, panel) as centre:
        records = await centre.run(panel.plans, RATE)
        comparison, stored = await compared(centre, records)
        played = {
            record.plan.number: [
                (command.text.split()[2].rpartition("/")[2], (command.ended or 0.0) - command.begun)
                for command in centre.wire.calls[record.uniqueid or ""].commands
                if command.text.startswith("STREAM FILE")
            ]
            for record in records
        }
    assert differences(comparison) == []
    rows = {number: call.row for number, call in stored.items()}

    names = {number: [name for name, _ in prompts] for number, prompts in played.items()}
    assert (rows[once].outcome, rows[once].key) == (Outcome.RATED, "2")
    assert names[once].count("invalid") == 0
    assert names[once].count("intro") == 2, "a repeat key in the intro begins it again"
    assert rows[endless].outcome is Outcome.INVALID_KEYS
    assert names[endless].count("press-1-satisfied") == 3
    assert "invalid" in names[endless]

    intro_seconds = versions_in(SHIPPED)["sequential-123"].milliseconds("intro") / 1000
    assert dict(played[in_intro])["intro"] > intro_seconds - 0.1, "played to its end"
    assert rows[in_intro].key == "1"
    assert names[in_intro] == ["intro", "thanks"]
    assert dict(played[in_option])["press-1-satisfied"] < 1.5, "cut short"
    assert dict(played[in_first])["press-1-satisfied"] > 1.9, "played to its end"

    assert [(rows[number].key, rows[number].confirm_key) for number in (same, other, onwards, middle)] == [
        ("1", "1"),
        ("3", "2"),
        ("1", "2"),
        ("2", None),
    ]
    assert [rows[number].confirm_probability for number in (same, other, middle)] == [1.0, 1.0, None]
    assert [rows[number].category for number in (same, other)] == [2, 0], "the first answer stays"
    assert names[same].count("confirm") == names[other].count("confirm") == 1
    assert "confirm" not in names[middle]

    assert rows[one_wrong].outcome is Outcome.INVALID_KEYS
    assert names[one_wrong].count("press-1-satisfied") <= 1
    assert rows[two_silences].outcome is Outcome.NO_KEY
    assert names[two_silences].count("press-1-satisfied") == 2
    assert (rows[three_wrong].outcome, rows[three_wrong].key) == (Outcome.RATED, "3")
    assert rows[one_silence].outcome is Outcome.NO_KEY
    assert names[one_silence].count("press-1-satisfied") == 1


async def test_an_opt_out_lasts_wherever_it_was_pressed(tmp_path: Path) -> None:
    panel = Panel(list(LAYOUTS))
    callers = ("+442079460001", "+442079460002", "+442079460003")
    at_once = panel.call("many", _keys((PRIMARY, "9")), caller=callers[0])
    later = panel.call(
        "many",
        _keys((PRIMARY, "1"), ("solved-12", "9")),
        [PlannedAnswer(PRIMARY, "1"), PlannedAnswer("solved-12", None)],
        caller=callers[1],
    )
    never = panel.call("many", _keys((PRIMARY, "1")), caller=callers[2])
    first_round = len(panel.plans)
    again = [panel.call("repeating", _keys((PRIMARY, "1")), caller=caller) for caller in callers]
    async with _lab(tmp_path, panel) as centre:
        records = await centre.run(panel.plans[:first_round], RATE)
        records += await centre.run(panel.plans[first_round:], RATE)
        comparison, stored = await compared(centre, records)
    assert differences(comparison) == []
    outcomes = {number: call.row.outcome for number, call in stored.items()}
    assert [outcomes[number] for number in (at_once, later, never)] == [Outcome.OPTED_OUT, Outcome.RATED, Outcome.RATED]
    assert [outcomes[number] for number in again] == [Outcome.DO_NOT_ASK, Outcome.DO_NOT_ASK, Outcome.RATED]
    for number in again[:2]:
        facts = stored[number].facts
        assert facts is not None
        assert facts.entered is not None
        assert facts.entered.declined_by == "do_not_ask"


def _later(presses: tuple[Press, ...], after_ms: int) -> tuple[Press, ...]:
    """Return the presses, each counted from the key before it."""
    return tuple(replace(press, anchor=Anchor.KEY_UP, after_ms=after_ms) for press in presses)


def _lab(folder: Path, panel: Panel) -> AbstractAsyncContextManager[Lab]:
    return lab(folder, layouts=LAYOUTS, experiment=panel.experiment, dialplan=panel.dialplan(folder), agents=18)

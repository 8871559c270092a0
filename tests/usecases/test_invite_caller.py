"""The invitation before the queue: what was drawn is durable before it is heard; the answer is told, then kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ivr.domain.calls import CallId
from ivr.domain.consents import Consent
from ivr.domain.experiments import Experiment, Stratum
from ivr.domain.flow.commands import Hush, Play
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.layouts import DTMF_KEYS
from ivr.usecases.invite_caller import InvitationRequest, InviteCaller
from tests.memory_ledger import LedgerFailed, MemoryLedger
from tests.specimens import NOON, experiment, offering

CALL = CallId("madrid", "1.1")
REQUEST = InvitationRequest(CALL, "1.0", "support", None, None, "en", "h1:x", test=False)
CONSENT = Consent("1", "2", 4.0)
ASKED = (Play("stay", 5000, "12"), Hush(4000, "12"))


@dataclass
class ScriptedLine:
    """Answers with ``answers``, one for each thing played; notes what it was told."""

    ledger: MemoryLedger
    answers: list[Sequence[Event]] = field(default_factory=list)
    told: list[object] = field(default_factory=list)

    async def perform(self, command: Play | Hush) -> Sequence[Event]:
        assert CALL in self.ledger.invitations
        self.told.append(command)
        return self.answers.pop(0) if self.answers else (Played(),)

    async def brief_agent(self, script: str) -> None:
        self.told.append(f"agent hears {script}")

    async def conclude(self, consent: bool | None) -> None:
        # The dialplan has it first: a no must hold although the ledger fails.
        known = self.ledger.invitations.get(CALL)
        assert known is None or known.consent is None
        self.told.append({True: "yes", False: "no", None: "done"}[consent])


def drawing(
    invitations: dict[str, float] | None = None, scripts: dict[str, float] | None = None, *, asks: bool = True
) -> Experiment:
    arms = Stratum("*", {"sequential-123": 1.0}, {0.0: 1.0}, invitations or {}, scripts or {})
    consents = {"stay": CONSENT} if asks and "stay" in arms.invitations else {}
    return replace(experiment(), strata=(arms,), control="sequential-123", consents=consents)


def inviting(ledger: MemoryLedger, drawn: Experiment, lengths: dict[str, int] | None = None) -> InviteCaller:
    known = {"stay": 5000, "hello": 3000} if lengths is None else lengths
    return InviteCaller(
        ledger=ledger,
        offering=offering(drawn),
        prompt_length=lambda prompt, language: known.get(prompt) if language == "en" else None,
        clock=lambda: NOON,
    )


def heard(key: str) -> KeyHeard:
    return KeyHeard(key, 100, 100)


@pytest.mark.parametrize(
    ("answers", "key", "consent", "told"),
    [
        ([[heard("1")]], "1", True, [ASKED[0], "yes"]),
        ([[heard("2")]], "2", False, [ASKED[0], "no"]),
        ([[Played()], [heard("1")]], "1", True, [*ASKED, "yes"]),
        ([[Played()], [heard("2"), heard("1")]], "2", False, [*ASKED, "no"]),
        ([[heard("7")], [heard("8"), heard("1")]], "1", True, [*ASKED, "yes"]),
        ([[Played()], [Played()]], None, None, [*ASKED, "done"]),
        ([[heard("7")], [heard("8")]], None, None, [*ASKED, "done"]),
        ([[CallerLeft()]], None, None, [ASKED[0], "done"]),
        ([[LineLost()]], None, None, [ASKED[0], "done"]),
        ([[heard("1"), CallerLeft()]], "1", True, [ASKED[0], "yes"]),
        ([[PromptFailed()]], None, None, [ASKED[0], "done"]),
    ],
)
async def test_what_a_caller_says_is_kept(
    answers: list[Sequence[Event]], key: str | None, consent: bool | None, told: list[object]
) -> None:
    ledger = MemoryLedger()
    line = ScriptedLine(ledger, answers)
    invited = await inviting(ledger, drawing({"stay": 1.0}))(REQUEST, line)
    assert line.told == told
    assert invited == ledger.invitations[CALL]
    assert (invited.invitation, invited.invitation_probability, invited.consent_key, invited.consent) == (
        "stay",
        1.0,
        key,
        consent,
    )
    facts = await ledger.facts_of(CALL)
    assert facts is not None
    assert (facts.arrived.caller, facts.arrived.language, facts.arrived.linkedid) == ("h1:x", "en", "1.0")


async def test_an_invitation_without_a_question_is_only_played_and_any_key_skips_it() -> None:
    ledger = MemoryLedger()
    line = ScriptedLine(ledger, [[heard("1")]])
    invited = await inviting(ledger, drawing({"stay": 1.0}, asks=False))(REQUEST, line)
    assert line.told == [Play("stay", 5000, DTMF_KEYS), "done"]
    assert invited is not None
    assert (invited.consent_key, invited.consent) == (None, None)


async def test_nothing_is_a_variant_too() -> None:
    ledger = MemoryLedger()
    line = ScriptedLine(ledger)
    invited = await inviting(ledger, drawing({"none": 1.0}, {"none": 1.0}))(REQUEST, line)
    assert line.told == ["done"]
    assert invited == ledger.invitations[CALL]
    assert (invited.invitation, invited.script) == ("none", "none")


async def test_a_script_alone_is_named_for_the_agent() -> None:
    ledger = MemoryLedger()
    line = ScriptedLine(ledger)
    invited = await inviting(ledger, drawing(scripts={"ask-name": 1.0}))(REQUEST, line)
    assert line.told == ["agent hears ask-name", "done"]
    assert invited is not None
    assert (invited.script, invited.script_probability, invited.invitation) == ("ask-name", 1.0, "none")


async def test_both_are_drawn_apart_for_each_caller() -> None:
    ledger = MemoryLedger()
    invite = inviting(ledger, drawing({"stay": 0.5, "none": 0.5}, {"ask-name": 0.5, "none": 0.5}))
    drawn = []
    for number in range(400):
        request = replace(REQUEST, call=CallId("madrid", f"2.{number}"), caller=f"h1:{number}")
        line = ScriptedLine(ledger)
        line.perform = _played  # type: ignore[method-assign]
        line.conclude = _ignored  # type: ignore[method-assign]
        invited = await invite(request, line)
        assert invited is not None
        drawn.append((invited.invitation, invited.script))
    for pair in (("stay", "ask-name"), ("stay", "none"), ("none", "ask-name"), ("none", "none")):
        assert 60 < drawn.count(pair) < 140


async def _played(_command: Play | Hush) -> Sequence[Event]:
    return (Played(),)


async def _ignored(_consent: bool | None) -> None:
    return None


@pytest.mark.parametrize("language", ["de", None])
async def test_a_caller_in_a_language_without_the_recording_takes_no_part(language: str | None) -> None:
    """Also where nothing was drawn: else the arms would differ in their callers' languages."""
    for arms in ({"stay": 1.0}, {"none": 0.999999, "stay": 0.000001}):
        ledger = MemoryLedger()
        line = ScriptedLine(ledger)
        assert await inviting(ledger, drawing(arms))(replace(REQUEST, language=language), line) is None
        assert line.told == ["done"]
        assert ledger.history == []


async def test_an_experiment_without_invitations_leaves_no_trace() -> None:
    ledger = MemoryLedger()
    line = ScriptedLine(ledger)
    assert await inviting(ledger, drawing())(REQUEST, line) is None
    assert line.told == ["done"]
    assert ledger.history == []


async def test_what_cannot_be_stored_is_not_played() -> None:
    ledger = MemoryLedger(fails=lambda fact: True)
    line = ScriptedLine(ledger)
    with pytest.raises(LedgerFailed):
        await inviting(ledger, drawing({"stay": 1.0}, {"ask-name": 1.0}))(REQUEST, line)
    assert line.told == []


async def test_an_answer_that_cannot_be_stored_is_told_all_the_same() -> None:
    ledger = MemoryLedger(fails=lambda fact: getattr(fact, "consent_key", None) is not None)
    line = ScriptedLine(ledger, [[heard("2")]])
    with pytest.raises(LedgerFailed):
        await inviting(ledger, drawing({"stay": 1.0}))(REQUEST, line)
    assert line.told == [ASKED[0], "no"]

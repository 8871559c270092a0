"""The verdict on a drill: call by call, what the handset sent, what was kept of it, and how long the caller was held.

A key is kept by the ledger, by queue_log (where the dialplan puts what the service did not take), or by both: the
line in queue_log holds all keys of the call, so it is a copy and no second press. An answer is acknowledged when the
service sends a command after Asterisk has told it the valid key: the next thing the caller hears is the thanks.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.calls import HandledCall
from ivr.domain.outcomes import Outcome
from ivr.rig.record import CallRecord, SentKey
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.vitals import vitals
from tests.pbx.lab import Lab
from tests.pbx.wire import WiredCall

# Set before the service is called, until its first command arms it anew.
ENTRY_GUARD_SECONDS = 8.0
# Asterisk counts the guard in whole seconds, and a busy machine is late.
SLACK_SECONDS = 2.0
# The dialplan's own question with the wait after it, and what takes late keys (its guard).
DIALPLAN_SECONDS = 15.2 + 8.0
GUARD = "SET VARIABLE TIMEOUT(absolute) "
# The end of a call is noticed at most so late.
NOTICED_SECONDS = 0.05
VALID_KEYS = "123"
LEFT = {Outcome.LEFT_BEFORE_PROMPT, Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU}

Excuse = Callable[[CallRecord, SentKey], bool]


def line_was_dead(record: CallRecord, press: SentKey) -> bool:
    """Excuse a key that went up as Asterisk itself ended the call."""
    if record.left_by != "pbx" or record.left_at is None:
        return False
    return (record.left_at - press.up_at).total_seconds() < NOTICED_SECONDS


@dataclass(frozen=True, slots=True)
class Survey:
    """What the dialplan kept of a call in queue_log."""

    layout: str
    key: str
    keys: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a drill; ``complaints`` is empty where all is well."""

    record: FaultRecord
    complaints: tuple[str, ...]
    rows: Mapping[str, HandledCall]
    surveys: Mapping[str, Sequence[Survey]]


def surveys(centre: Lab) -> dict[str, list[Survey]]:
    """Return the SURVEY lines of queue_log by Uniqueid."""
    found: dict[str, list[Survey]] = {}
    for line in centre.pbx.queue_log.read_text(errors="replace").splitlines():
        fields = line.split("|")
        if len(fields) > 4 and fields[4] == "SURVEY":
            layout, key, keys = (*fields[5:], "", "", "")[:3]
            found.setdefault(fields[1], []).append(Survey(layout, key, keys))
    return found


def acknowledged(call: WiredCall) -> str | None:
    """Return the valid key that the service went on from, as it does once the answer is durable; None before that."""
    for number, command in enumerate(call.commands[:-1]):
        if command.text == "GET VARIABLE IVR_KEYS" and (valid := [key for key in command.reply if key in VALID_KEYS]):
            keys = command.reply.partition("(")[2]
            valid = [key for key in keys if key in VALID_KEYS]
            if valid and call.commands[number + 1].text.startswith(GUARD):
                return valid[0]
    return None


async def settled(centre: Lab, records: Sequence[CallRecord], seconds: float = 20.0) -> Mapping[str, HandledCall]:
    """Wait until each handled call has its row, none is open and none is being asked; return the rows.

    What never settles is left to the judge, after ``seconds``.
    """
    wanted = {record.uniqueid for record in records if record.legs}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        is_idle = not (await vitals(centre)).sessions and not await centre.in_progress()
        if is_idle and wanted <= (await centre.rows()).keys():
            break
        await asyncio.sleep(0.2)
    return await centre.rows()


async def judge(
    centre: Lab,
    fault: str,
    records: Sequence[CallRecord],
    *,
    excuse: Excuse = line_was_dead,
    notes: str = "",
) -> Verdict:
    """Judge the calls of a drill; ``excuse`` says of a key that is kept nowhere that nobody acknowledged it."""
    rows = await settled(centre, records)
    kept = surveys(centre)
    complaints: list[str] = []
    if still_open := await centre.in_progress():
        complaints.append(f"{still_open} calls are still open")
    sent = stored = unacknowledged = duplicates = held = in_queue_log = 0
    longest = 0.0
    for record in records:
        call = _Call(
            record, rows.get(record.uniqueid or ""), kept.get(record.uniqueid or "", []), _wired(centre, record)
        )
        complaints += call.faults()
        lost = call.lost()
        excused = sum((Counter(p.key for p in record.sent if excuse(record, p)) & lost).values())
        if lost.total() > excused:
            complaints.append(f"{call}: pressed {record.keys}, kept {call.kept()!r}")
        sent += len(record.keys)
        stored += len(record.keys) - lost.total()
        unacknowledged += excused
        duplicates += call.duplicates()
        hold_seconds, too_long = call.hold()
        longest = max(longest, hold_seconds)
        if too_long:
            held += 1
            complaints.append(f"{call}: {too_long}")
        in_queue_log += call.is_only_in_queue_log
    told = [f"{in_queue_log} answers in `queue_log`"] if in_queue_log else []
    record_of_all = FaultRecord(
        fault,
        len(records),
        sent,
        stored,
        unacknowledged,
        duplicates,
        held,
        round(longest, 1),
        "; ".join([*([notes] if notes else []), *told]),
    )
    return Verdict(record_of_all, tuple(complaints), rows, kept)


def _wired(centre: Lab, record: CallRecord) -> WiredCall | None:
    return centre.wire.calls.get(record.uniqueid or "")


@dataclass(frozen=True, slots=True)
class _Call:
    record: CallRecord
    row: HandledCall | None
    surveys: Sequence[Survey]
    wired: WiredCall | None

    def __str__(self) -> str:
        return f"{self.record.plan.name} ({self.record.uniqueid})"

    def kept(self) -> str:
        """Return the keys as kept: the ledger's or queue_log's, whichever saw more of them."""
        ledger = "" if self.row is None else "".join(press.key for press in self.row.keys)
        return max([ledger, *(survey.keys or survey.key for survey in self.surveys)], key=len)

    def lost(self) -> Counter[str]:
        return Counter(self.record.keys) - Counter(self.kept())

    def duplicates(self) -> int:
        extra = (Counter(self.kept()) - Counter(self.record.keys)).total()
        asked_again = self.row is not None and self.row.key is not None and any(s.layout for s in self.surveys)
        return extra + max(0, len(self.surveys) - 1) + asked_again

    @property
    def is_only_in_queue_log(self) -> bool:
        return bool(self.surveys) and (self.row is None or self.row.key is None)

    def faults(self) -> list[str]:
        """Return what is wrong with the call whatever was pressed."""
        found = [f"{self}: {self.record.fault}"] if self.record.fault else []
        if self.record.legs and self.row is None:
            found.append(f"{self}: handled, but there is no row")
        if self.row is not None and self.row.outcome in LEFT and self.record.left_by == "pbx":
            found.append(f"{self}: {self.row.outcome.value}, but the caller stayed to the end")
        told = None if self.wired is None else acknowledged(self.wired)
        if told is not None and (self.row is None or self.row.key != told):
            found.append(f"{self}: {told} was acknowledged, {self.row and self.row.key} is the answer")
        return found

    def hold(self) -> tuple[float, str]:
        """Return for how many seconds nobody spoke to the caller, and in words how that was too long, if it was.

        That is the longest time in which Asterisk had no command of the service's, up to its taking the caller back.
        """
        wall = time.time() - time.monotonic()
        record = self.record
        if record.agent_left_at is None or record.left_at is None:
            return 0.0, ""
        agent_left, left = record.agent_left_at.timestamp() - wall, record.left_at.timestamp() - wall
        if self.wired is None:
            heard = left if record.first_frame_at is None else record.first_frame_at.timestamp() - wall
            taken_back, allowed_until, gaps = heard, agent_left + ENTRY_GUARD_SECONDS, [heard - agent_left]
        elif self.wired.released is None:
            return 0.0, "Asterisk never took the caller back"
        else:
            taken_back, allowed_until = self.wired.released, _guarded_until(self.wired)
            gaps = list(_gaps(self.wired, taken_back))
        if record.left_by == "caller":
            return max((min(gap, left - agent_left) for gap in gaps), default=0.0), ""
        hold_seconds = max(gaps, default=0.0)
        if taken_back > allowed_until + SLACK_SECONDS:
            return hold_seconds, f"taken back {taken_back - allowed_until:.1f} s after the guard"
        if left > taken_back + DIALPLAN_SECONDS + SLACK_SECONDS:
            return hold_seconds, f"set free {left - taken_back:.1f} s after the dialplan had the caller back"
        return hold_seconds, ""


def _gaps(call: WiredCall, released: float) -> Iterator[float]:
    idle_since = call.begun
    for command in call.commands:
        if command.is_passed_on:
            yield command.begun - idle_since
            idle_since = released if command.ended is None else command.ended
    yield released - idle_since


def _guarded_until(call: WiredCall) -> float:
    until = call.begun + ENTRY_GUARD_SECONDS
    for command in call.commands:
        if command.text.startswith(GUARD) and command.ended is not None:
            until = command.ended + float(command.text.removeprefix(GUARD))
    return until

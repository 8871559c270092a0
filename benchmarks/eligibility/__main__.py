"""Who is asked: decisions a second and how long a caller waits for one, beside an ORM that asks the database each time.

    .venv/bin/python -m benchmarks.eligibility                     1,000,000 known callers in SQLite, 1,000 a second
    .venv/bin/python -m benchmarks.eligibility --postgresql URL    the same on an empty PostgreSQL database
    .venv/bin/python -m benchmarks.eligibility --quick             100,000 callers and two seconds: a look only
    --folder DIR names another disk; --json prints one JSON object

Each of the known callers has been called in the last 400 days, most of them were asked, 2 in 100 do not want to be. The
rules hold all at once: do-not-ask, a throttle of one in 30 days, caps of the day and in all for agent and queue, a
draw. Ours is `DecideAsking` as the service has it: one look into the ledger, the caps counted in memory. The peer is
what is written first: a session of SQLAlchemy's ORM for each decision, in a thread, with a query for each rule, over
the same tables and indexes. That both decide alike is checked.

Flat out: so many decisions at any time, nothing else. Paced: callers come at random moments, so many a second, and
beside each decision the ledger stores what the service stores of such a call: arrival and entry, and of an asked one
exposure, press, answer and burden. A paced decision counts from when its caller came, so that one that was held up is
not taken for a short one; `late` is how late the loop itself came to it: where that is not far below, the machine was
too busy for the figure. The loop is uvloop, as in the service. It ends with 1 where a bar is missed.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import uvloop

from benchmarks.bar import Bar
from benchmarks.eligibility.known import RULES, candidates, fill
from benchmarks.eligibility.peer import OrmDecisions
from ivr.domain.calls import PRIMARY_QUESTION, Answer, AskingEnded, CallArrived, Exposure, Press, RatingEntered
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome
from ivr.observe.logging import set_up_logging
from ivr.store.asked_calls import SqlAskedCalls
from ivr.store.database import Database, open_database
from ivr.store.known_callers import SqlKnownCallers
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from ivr.usecases.decide_asking import LONGEST_WAIT_SECONDS, DecideAsking

CONCURRENT = 100
Decide = Callable[[Candidate], Awaitable[Decision]]


@dataclass(frozen=True, slots=True)
class Run:
    """One side: decisions a second flat out, and the milliseconds of a decision, flat out and paced."""

    per_second: float
    flat_p50_ms: float
    flat_p99_ms: float
    paced_p50_ms: float
    paced_p99_ms: float
    paced_longest_ms: float
    late_p99_ms: float
    paced_per_second: float
    undecided: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one side is given: decisions flat out, then ``rate`` callers a second for ``seconds``."""

    decisions: int
    rate: float
    seconds: float
    callers: int
    name: str


async def flat_out(decide: Decide, those: Sequence[Candidate]) -> tuple[float, list[float]]:
    """Decide all of them, many at any time; return decisions a second and the seconds of each."""
    coming, seconds = iter(those), []

    async def caller() -> None:
        for candidate in coming:
            began = time.perf_counter()
            await decide(candidate)
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONCURRENT)))
    return len(seconds) / (time.perf_counter() - began), seconds


async def paced(
    decide: Decide, those: Sequence[Candidate], rate: float, ledger: SqlLedger
) -> tuple[float, list[float], list[float], int]:
    """Decide them as they come, and store the calls.

    Return decisions a second, the seconds of each, those that the loop was late by, and how many were undecided.
    """
    drawn = random.Random(13)
    seconds: list[float] = []
    late: list[float] = []
    undecided = 0
    tasks: list[asyncio.Task[None]] = []

    async def call(candidate: Candidate, due: float) -> None:
        nonlocal undecided
        late.append(time.perf_counter() - due)
        decision = await decide(candidate)
        seconds.append(time.perf_counter() - due)
        undecided += decision.declined_by == "unavailable"
        await store(ledger, candidate, decision)

    began = due = time.perf_counter()
    for candidate in those:
        due += drawn.expovariate(rate)
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(call(replace(candidate, at=datetime.now(UTC)), due)))
    await asyncio.gather(*tasks)
    return len(seconds) / (time.perf_counter() - began), seconds, late, undecided


async def store(ledger: SqlLedger, candidate: Candidate, decision: Decision) -> None:
    """Store what the service stores of a call at its rating."""
    call = candidate.call
    entry = (
        CallArrived(call, caller=candidate.caller),
        RatingEntered(
            call,
            candidate.at,
            candidate.agent,
            candidate.queue,
            decision.selection_probability,
            decision.declined,
            declined_by=decision.declined_by,
        ),
    )
    if decision.declined is not None:
        await ledger.record(*entry)
        return
    given = Assignment("default", "*", "sequential-123", 0.5, "sequential-123:1", 0.0, 1.0)
    await ledger.record(*entry, Exposure(call, given, "v1", candidate.at))
    await ledger.record(Press(call, 1, "1", 4100, 4100, PRIMARY_QUESTION))
    await ledger.record(Answer(call, PRIMARY_QUESTION, Outcome.RATED, 1, "1", 2, 4100), AskingEnded(call, 8.0))


async def both(chosen: argparse.Namespace, url: str) -> tuple[Run, Run]:
    """Run both sides in turns over one database, and return their medians."""
    database = open_database(url)
    now = datetime.now(UTC)
    try:
        print(f"making {chosen.callers} callers", file=sys.stderr)
        fill(database, chosen.callers, now)
        peer = OrmDecisions(database.engine)
        runs: tuple[list[Run], list[Run]] = ([], [])
        async with Writer(database) as writer:
            ledger = SqlLedger(database, writer)
            await require_alike(database, peer, chosen.callers, now)
            for number in range(chosen.rounds):
                ours = await deciding(database)
                # The peer does not keep up, and whoever still waits when its run ends has to be waited for.
                sides = (
                    (ours.decide, chosen.decisions, chosen.seconds),
                    (peer.decide, chosen.peer_decisions, chosen.seconds / 5),
                )
                for side, (decide, count, seconds) in enumerate(sides):
                    print(f"round {number + 1}: {('ours', 'the ORM')[side]}", file=sys.stderr)
                    load = Load(count, chosen.rate, seconds, chosen.callers, f"run-{number}-{side}")
                    runs[side].append(await run_of(decide, load, ledger))
    finally:
        database.close()
    return medians(runs[0]), medians(runs[1])


async def deciding(database: Database) -> DecideAsking:
    """Return the service's own decisions, with the caps counted."""
    made = DecideAsking(
        callers=SqlKnownCallers(database), asked_calls=SqlAskedCalls(database), clock=lambda: datetime.now(UTC)
    )
    await made.exchange(RULES)
    return made


async def require_alike(database: Database, peer: OrmDecisions, callers: int, now: datetime) -> None:
    """End the program where the two sides decide differently."""
    ours = await deciding(database)
    # Each caller once: ours knows at once whom it has just asked, the peer when the call is stored.
    those = {candidate.caller: candidate for candidate in candidates(500, callers, now, "alike")}
    for candidate in those.values():
        mine, other = await ours.decide(candidate), await peer.decide(candidate)
        if mine != other:
            sys.exit(f"{candidate} is decided differently: {mine} and {other}")


async def run_of(decide: Decide, load: Load, ledger: SqlLedger) -> Run:
    """Run one side flat out, then paced."""
    now = datetime.now(UTC)
    per_second, flat = await flat_out(decide, candidates(load.decisions, load.callers, now, f"{load.name}-flat"))
    coming = candidates(int(load.rate * load.seconds), load.callers, now, f"{load.name}-paced")
    paced_per_second, waits, late, undecided = await paced(decide, coming, load.rate, ledger)
    return Run(
        per_second,
        quantile_ms(flat, 0.5),
        quantile_ms(flat, 0.99),
        quantile_ms(waits, 0.5),
        quantile_ms(waits, 0.99),
        quantile_ms(waits, 1.0),
        quantile_ms(late, 0.99),
        paced_per_second,
        undecided,
    )


def quantile_ms(seconds: Sequence[float], share: float) -> float:
    """Return a quantile of ``seconds`` in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def medians(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    values = zip(*(asdict(run).values() for run in runs), strict=True)
    *figures, undecided = (list(each) for each in values)
    return Run(*(statistics.median(each) for each in figures), sum(undecided))


def bars(ours: Run, peer: Run, rate: float) -> list[Bar]:
    """Return what the figures are held against."""
    return [
        Bar(f"decisions/s while {rate:g} callers a second come", ours.paced_per_second, 0.95 * rate),
        Bar("ms of a paced decision, p99", ours.paced_p99_ms, 50.0, is_upper=True),
        Bar("callers who were not decided in time", ours.undecided, 0.0, is_upper=True),
        Bar("decisions/s flat out, over the ORM", ours.per_second / peer.per_second, 3.0),
    ]


def main() -> None:
    """Run both sides and print what they did."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--callers", type=int, default=1_000_000)
    arguments.add_argument("--rate", type=float, default=1000.0, help="callers a second, paced")
    arguments.add_argument("--seconds", type=float, default=10.0, help="of a paced run; the peer's is a fifth of it")
    arguments.add_argument("--decisions", type=int, default=20_000, help="ours in a flat-out run")
    arguments.add_argument("--peer-decisions", type=int, default=1_000, help="the peer's in a flat-out run")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--folder", help="where the database is made; the system's temporary folder otherwise")
    arguments.add_argument("--postgresql", metavar="URL")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    if chosen.quick:
        chosen.callers, chosen.seconds, chosen.rounds = 100_000, 2.0, 1
        chosen.decisions, chosen.peer_decisions = 5000, 500
    set_up_logging("error")  # the undecided are counted
    with tempfile.TemporaryDirectory(prefix="ivr-bench-", dir=chosen.folder) as folder:
        url = chosen.postgresql or f"sqlite:///{folder}/ivr.db"
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ours, peer = runner.run(both(chosen, url))
    found = bars(ours, peer, chosen.rate)
    if chosen.json:
        print(json.dumps({"ours": asdict(ours), "orm": asdict(peer), "bars": [asdict(bar) for bar in found]}))
    else:
        show(ours, peer, found)
    if not all(bar.is_met for bar in found):
        sys.exit(1)


def show(ours: Run, peer: Run, found: Sequence[Bar]) -> None:
    """Print the table and the bars."""
    heads = ("", "flat out/s", "p50 ms", "p99 ms", "paced/s", "p50 ms", "p99 ms", "max ms", "late p99")
    print(" ".join(f"{head:>10}" for head in heads))
    for name, run in (("ours", ours), ("the ORM", peer)):
        flat = f"{run.per_second:>10.0f} {run.flat_p50_ms:>10.2f} {run.flat_p99_ms:>10.2f}"
        met = f"{run.paced_per_second:>10.0f} {run.paced_p50_ms:>10.2f} {run.paced_p99_ms:>10.2f}"
        print(f"{name:>10} {flat} {met} {run.paced_longest_ms:>10.1f} {run.late_p99_ms:>10.2f}")
    print(f"a decision is waited for {LONGEST_WAIT_SECONDS * 1000:.0f} ms at most")
    for bar in found:
        print(f"{'met   ' if bar.is_met else 'MISSED'}  {bar.value:10.2f}  ({bar.wanted:g} wanted)  {bar.text}")


if __name__ == "__main__":
    main()

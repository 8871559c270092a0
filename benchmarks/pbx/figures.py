"""Quantiles, and the figures that every load is judged by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.pbx.centre import Centre, person_of
from benchmarks.pbx.generators import FloorPlan, FloorRun, Rating
from benchmarks.pbx.service_metrics import at_most_seconds, grown, scrape
from benchmarks.pbx.wire_log import WiredSession
from ivr.domain.calls import HandledCall
from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Spread:
    """How a quantity is spread, in milliseconds; None where there was nothing to measure."""

    count: int
    p50: float | None
    p99: float | None
    worst: float | None

    def __str__(self) -> str:
        return "-" if self.p50 is None else f"{self.p50:.1f} / {self.p99:.1f} / {self.worst:.1f}"


def spread(microseconds: Iterable[int]) -> Spread:
    """Return the spread of these durations."""
    ordered = sorted(microseconds)
    if not ordered:
        return Spread(0, None, None, None)
    return Spread(len(ordered), _quantile(ordered, 0.5) / 1000, _quantile(ordered, 0.99) / 1000, ordered[-1] / 1000)


def spread_of_counts(counts: Mapping[int, int]) -> Spread:
    """Return the spread of durations that are counted by whole milliseconds; each is taken as its upper end."""
    total = sum(counts.values())
    if not total:
        return Spread(0, None, None, None)

    def at(share: float) -> float:
        seen = 0
        for value in sorted(counts):
            seen += counts[value]
            if seen >= share * total:
                return value + 1.0
        raise AssertionError("all were counted")

    return Spread(total, at(0.5), at(0.99), max(counts) + 1.0)


def _quantile(ordered: Sequence[int], share: float) -> int:
    """Return the smallest value that at least ``share`` of them do not pass."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the callers did beside what the ledger has."""

    calls: int
    expected: int
    """Callers who really pressed their key to the end."""
    stored: int
    lost: int
    wrong: int
    """Stored with another key, other presses, or another agent."""
    unasked: int
    """Callers to whom no frame was played."""
    held_too_long: int
    lost_calls: tuple[str, ...] = ()


def truth(ratings: Sequence[Rating], rows: Mapping[str, HandledCall]) -> Truth:
    """Compare what was pressed with what is stored, by call."""
    pressed = [rating for rating in ratings if rating.key_up]
    lost = [rating for rating in pressed if not _heard(rows.get(rating.call))]
    wrong = [rating for rating in pressed if _heard(row := rows.get(rating.call)) and not _same(rating, row)]
    return Truth(
        calls=len(ratings),
        expected=len(pressed),
        stored=len(pressed) - len(lost) - len(wrong),
        lost=len(lost),
        wrong=len(wrong),
        unasked=sum(not rating.first_frame for rating in ratings),
        held_too_long=sum(rating.left_by in {"stuck", "nobody"} for rating in ratings),
        lost_calls=tuple(
            f"{rating.call} key {rating.key}, {(rating.key_up - rating.bye) / 1e6:.2f} s after the agent's BYE, "
            f"left by {rating.left_by}; the ledger: {_told(rows.get(rating.call))}"
            for rating in (*lost, *wrong)
        )[:20],
    )


def _heard(row: HandledCall | None) -> bool:
    return row is not None and bool(row.keys)


def _same(rating: Rating, row: HandledCall | None) -> bool:
    if row is None:
        return False
    presses = "".join(press.key for press in row.keys)
    return presses == rating.key == row.key and row.outcome is Outcome.RATED and row.agent == person_of(rating.agent)


def _told(row: HandledCall | None) -> str:
    if row is None:
        return "no row"
    return f"{row.call.uniqueid} {row.outcome} key {row.key} presses {[p.key for p in row.keys]} agent {row.agent}"


@dataclass(frozen=True, slots=True)
class Commands:
    """How quickly AGI went, as the wire saw it."""

    answer: Spread
    """Asterisk's answers to commands that play nothing."""
    gap: Spread
    """From Asterisk's answer to the service's next command, commits of the ledger included."""
    entry: Spread
    """From the whole header to the first command: parsing, assigning and one commit."""


def commands(sessions: Iterable[WiredSession], run: FloorRun) -> Commands:
    """Return the commands of the rating scripts in the steady part."""
    asked = [session for session in sessions if session.script == "rate"]
    sent = [each for session in asked for each in session.commands if run.steady(each.sent)]
    first = [session.commands[0] for session in asked if session.commands]
    entries = {id(each) for each in first}
    return Commands(
        answer=spread(each.told - each.sent for each in sent if each.immediate and each.told is not None),
        gap=spread(each.gap for each in sent if each.gap is not None and id(each) not in entries),
        entry=spread(each.gap for each in first if each.gap is not None and run.steady(each.sent)),
    )


@dataclass(frozen=True, slots=True)
class Media:
    """What the callers heard in the steady part."""

    gap: Spread
    """Between two frames of one prompt (20 ms when all is well)."""
    late_per_thousand: float
    """Of a thousand such frames, how many came more than 40 ms after the one before."""
    pause: Spread
    """Between two prompts."""


def media(run: FloorRun) -> Media:
    """Return what was heard."""
    frames = sum(run.gaps_ms.values())
    late = sum(count for gap, count in run.gaps_ms.items() if gap >= 40)
    return Media(
        spread_of_counts(run.gaps_ms), 1000 * late / frames if frames else 0.0, spread_of_counts(run.pauses_ms)
    )


def dead_air(run: FloorRun) -> Spread:
    """Return the silence from the agent's BYE to the first frame, of callers in the steady part."""
    return spread(r.first_frame - r.bye for r in run.ratings if r.first_frame and run.steady(r.bye))


@dataclass(frozen=True, slots=True)
class Load:
    """One load with everything that is told of it."""

    run: FloorRun
    truth: Truth
    commands: Commands
    media: Media
    dead_air: Spread
    channels_left: int
    fallbacks: int
    """Ratings that the dialplan kept in queue_log meanwhile."""
    complaints: Mapping[str, int]
    """What Asterisk warned of meanwhile, and how often."""
    own_p50: Mapping[str, float]
    """The service's own histograms: seconds that hold the median, over the whole load."""
    own_p99: Mapping[str, float]
    """Likewise the 99th percentile."""
    own_counts: Mapping[str, float]
    """What the service's own counters grew by."""

    def document(self) -> dict[str, object]:
        """Return the figures for JSON."""
        return {
            "target": self.run.plan.target,
            "generator": dict(self.run.notes),
            "truth": asdict(self.truth),
            "commands_ms": asdict(self.commands),
            "media_ms": asdict(self.media),
            "dead_air_ms": asdict(self.dead_air),
            "usage": None if self.run.usage is None else asdict(self.run.usage),
            "channels_left": self.channels_left,
            "fallbacks": self.fallbacks,
            "asterisk_warned": dict(self.complaints),
            "service_p50_s_at_most": dict(self.own_p50),
            "service_p99_s_at_most": dict(self.own_p99),
            "service_counted": dict(self.own_counts),
        }


async def load(centre: Centre, plan: FloorPlan) -> Load:
    """Run one load, and compare it with the ledger, the wire and the service's metrics once all calls are closed."""
    before, kept, complaints = await scrape(centre.web_port), centre.in_queue_log(), centre.complaints()
    run = await centre.rate(plan)
    rows = await centre.settle()
    after = await scrape(centre.web_port)
    return Load(
        run=run,
        truth=truth(run.ratings, rows),
        commands=commands(centre.sessions(), run),
        media=media(run),
        dead_air=dead_air(run),
        channels_left=await centre.channels_left(),
        fallbacks=centre.in_queue_log() - kept,
        complaints=centre.complaints() - complaints,
        own_p50=at_most_seconds(before, after, 0.5),
        own_p99=at_most_seconds(before, after, 0.99),
        own_counts=grown(before, after),
    )


def own_words(found: Load) -> str:
    """Return the service's own figures of a load: p50 / p99, each the upper end of its bucket."""
    times = [
        f"{name.removeprefix('ivr_')} {1000 * found.own_p50[name]:g} / {1000 * bound:g} ms"
        for name, bound in found.own_p99.items()
    ]
    warned = [f"Asterisk warned {count}x: {text}" for text, count in found.complaints.items()]
    bad = ("refused", "lost", "dropped", "stalls")
    return ", ".join(
        [
            *times,
            *warned,
            *(f"{name} {count:.0f}" for name, count in found.own_counts.items() if any(word in name for word in bad)),
        ]
    )

"""Concurrent ratings, raised step by step until something gives; what gives first is named from the figures."""

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.pbx.centre import centre
from benchmarks.pbx.figures import Load, load, own_words
from benchmarks.pbx.generators import FloorPlan
from benchmarks.pbx.table import table

COMMAND_BAR_MS = 50.0
LATE_BAR_PER_THOUSAND = 10.0
HELD_SHARE = 0.97
FULL_SHARE = 0.9

HEADS = (
    *("callers", "held", "calls", "pressed", "stored", "lost", "wrong", "stuck"),
    *("answer ms", "gap ms", "entry ms", "dead air ms", "pause ms", "late/1000"),
    *("Asterisk", "service", "floor", "wire", "others", "machine"),
)


async def climb(
    folder: Path, steps: Sequence[int], hold_seconds: float, say: Callable[[str], None]
) -> dict[str, object]:
    """Load step after step until one gives, and return the figures."""
    loads: list[Load] = []
    given: list[str] = []
    async with centre(folder) as place:
        for target in steps:
            loads.append(await load(place, load_plan(target, hold_seconds)))
            given = what_gave(loads[-1])
            say(f"{target} callers: {'; '.join(given) or 'held'}")
            if given:
                break
    say(table(HEADS, [row(each) for each in loads]))
    say("spreads are p50 / p99 / worst; processors are whole ones; everything shares this machine, generators too")
    for each in loads:
        say(f"{each.run.plan.target} callers, as the service counts: {own_words(each)}")
    held = max((each.run.plan.target for each in loads if not what_gave(each)), default=0)
    say(f"held: {held} callers; then gave: {'; '.join(given) or 'nothing so far'}")
    for call in (call for each in loads for call in each.truth.lost_calls):
        say(f"  {call}")
    return {"steps": [each.document() for each in loads], "held": held, "gave": given}


def load_plan(target: int, hold_seconds: float) -> FloorPlan:
    """Return the plan that keeps so many callers in the rating; calls come as quickly as that takes, and half again."""
    return FloorPlan(
        target=target, hold_seconds=hold_seconds, spare=max(10, target // 5), ramp_per_second=max(30, target // 4)
    )


def row(found: Load) -> tuple[str, ...]:
    """Return the table's row for one load."""
    told, agi, run, usage = found.truth, found.commands, found.run, found.run.usage
    processors = (
        ("-",) * 6
        if usage is None
        else (
            *(f"{usage.processors.get(name, 0.0):.2f}" for name in ("asterisk", "service", "floor", "wire")),
            f"{usage.others:.2f}",
            f"{usage.machine:.2f}/{usage.available}",
        )
    )
    return (
        *(str(run.plan.target), f"{run.notes['mean_rating']:.0f}", str(told.calls), str(told.expected)),
        *(str(told.stored), str(told.lost), str(told.wrong), str(told.held_too_long)),
        *(str(agi.answer), str(agi.gap), str(agi.entry), str(found.dead_air), str(found.media.pause)),
        f"{found.media.late_per_thousand:.2f}",
        *processors,
    )


def what_gave(found: Load) -> list[str]:
    """Return what this load was too much for, and the processors that were full; empty where it was held."""
    run, told, agi = found.run, found.truth, found.commands
    faults = [
        *([f"{told.lost} of {told.expected} presses lost"] if told.lost else []),
        *([f"{told.wrong} presses stored wrong"] if told.wrong else []),
        *([f"{told.unasked} callers were never asked"] if told.unasked else []),
        *([f"{told.held_too_long} callers held too long"] if told.held_too_long else []),
        *([f"{found.channels_left} channels left over"] if found.channels_left else []),
        *([f"{run.notes['refused']:.0f} calls not answered"] if run.notes["refused"] else []),
        *(
            [f"{dropped:.0f} manager events dropped"]
            if (dropped := found.own_counts.get("ivr_ami_events_dropped_total", 0))
            else []
        ),
        *([f"{found.fallbacks} ratings taken by the dialplan alone"] if found.fallbacks else []),
        *(
            [f"only {run.notes['mean_rating'] or run.notes['most_rating']:.0f} callers could be kept in the rating"]
            if run.notes["mean_rating"] < HELD_SHARE * run.plan.target
            else []
        ),
        *([f"Asterisk's answers p99 {agi.answer.p99:.0f} ms"] if (agi.answer.p99 or 0) >= COMMAND_BAR_MS else []),
        *([f"the service's commands p99 {agi.gap.p99:.0f} ms"] if (agi.gap.p99 or 0) >= COMMAND_BAR_MS else []),
        *(
            [f"{found.media.late_per_thousand:.0f} of 1000 frames late"]
            if found.media.late_per_thousand >= LATE_BAR_PER_THOUSAND
            else []
        ),
    ]
    return [*faults, *full_processors(found)] if faults else []


def full_processors(found: Load) -> list[str]:
    """Name what had no processor time left."""
    usage = found.run.usage
    if usage is None:
        return ["the load was never reached"]
    shares = ", ".join(f"{name} {share:.2f}" for name, share in usage.processors.items())
    shares += f", what is none of ours {usage.others:.2f}"
    full = []
    if usage.machine >= FULL_SHARE * usage.available:
        most = max(usage.processors, key=lambda name: usage.processors[name])
        full.append(
            f"the machine's processors are full ({usage.machine:.2f} of {usage.available}), most of it {most}: {shares}"
        )
    if usage.busiest_thread.get("service", 0.0) >= FULL_SHARE:
        full.append("the service's event loop is full")
    if usage.busiest_thread.get("asterisk", 0.0) >= FULL_SHARE:
        full.append("one thread of Asterisk is full")
    return full or [f"no processor is full ({shares})"]

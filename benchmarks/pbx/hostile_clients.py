"""Hostile clients on the AGI port beside real ratings: how much slower the real calls become."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pbx.centre import Centre, centre
from benchmarks.pbx.figures import Load, load, own_words
from benchmarks.pbx.generators import FloorPlan
from benchmarks.pbx.ratings import HEADS, row
from benchmarks.pbx.table import table

RATIO_BAR = 2.0
FEWEST_CALLS = 200
RAMP_SECONDS = 2.0
"""About how long it takes until the real callers are all there."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What hostile clients do at the same time; connects a second hold for the drippers that come back too."""

    name: str
    drippers: int = 0
    drip_ms: int = 300
    connects_per_second: int = 400
    probes: int = 0
    probes_per_second: int = 0


async def measure(
    folder: Path, callers: int, hold_seconds: float, drippers: int, probes: int, say: Callable[[str], None]
) -> dict[str, object]:
    """Load real ratings without and with hostile clients, and return the ratios."""
    rate = max(1, round(probes / (hold_seconds + RAMP_SECONDS)))
    attacks = (
        Attack("none"),
        Attack("drippers", drippers=drippers),
        Attack("probes", probes=probes, probes_per_second=rate),
        Attack("both", drippers=drippers, probes=probes, probes_per_second=rate),
        Attack("none again"),
    )
    loads: dict[str, Load] = {}
    counts: dict[str, str] = {}
    async with centre(folder) as place:
        for attack in attacks:
            loads[attack.name], counts[attack.name] = await _under(place, attack, callers, hold_seconds)
    say(table(("beside", *HEADS), [(name, *row(found)) for name, found in loads.items()]))
    for name, found in loads.items():
        say(f"{name}, as the service counts: {own_words(found)}")
        if counts[name]:
            say(f"{name}, as the clients count: {counts[name]}")
        for call in found.truth.lost_calls:
            say(f"  {call}")
    say("spreads are p50 / p99 / worst; the hostile clients use processors too, so a part of the ratio is theirs")
    ratios = {
        name: _ratios(found, (loads["none"], loads["none again"]))
        for name, found in loads.items()
        if not name.startswith("none")
    }
    figures = next(iter(ratios.values())).keys()
    rows = [(name, *(f"{ratio[figure]:.2f}" for figure in figures)) for name, ratio in ratios.items()]
    say(table(("p99 beside, over without", *figures), rows))
    met = all(ratio < RATIO_BAR for each in ratios.values() for ratio in each.values())
    if (fewest := min(found.truth.calls for found in loads.values())) < FEWEST_CALLS:
        say(f"only {fewest} calls beside one of them: a 99th percentile of so few is no more than the worst")
    say(f"every p99 moves by less than {RATIO_BAR:.0f}x: {'yes' if met else 'NO'}")
    return {
        "loads": {name: found.document() for name, found in loads.items()},
        "hostile": counts,
        "ratios": ratios,
        "met": met,
    }


async def _under(place: Centre, attack: Attack, callers: int, hold_seconds: float) -> tuple[Load, str]:
    # Short ratings, so that a 99th percentile has enough calls behind it.
    plan = FloorPlan(target=callers, hold_seconds=hold_seconds, spare=max(10, callers // 3), press_to_ms=4000)
    if not attack.drippers and not attack.probes:
        return await load(place, plan), ""
    gathering_seconds = attack.drippers / attack.connects_per_second
    hostile = await place.generators.start(
        "hostile",
        *(place.agi_port, attack.drippers, attack.drip_ms, attack.connects_per_second),
        *(attack.probes, attack.probes_per_second, round(1000 * gathering_seconds), round(hold_seconds + 60)),
        output=f"hostile-{attack.name}.out",
    )
    try:
        # The drippers are all there before the first call comes.
        await asyncio.sleep(gathering_seconds)
        found = await load(place, plan)
    finally:
        await hostile.stop()
    return found, hostile.output.read_text().strip()


def _ratios(found: Load, plain: tuple[Load, Load]) -> dict[str, float]:
    """Return each p99 over the mean of those without hostile clients; a mean, so that a drift counts half."""

    def ratio(p99: Callable[[Load], float | None]) -> float:
        base = [p99(each) for each in plain]
        here = p99(found)
        if here is None or None in base:
            return float("inf")
        return here / (sum(value for value in base if value is not None) / len(base))

    return {
        "answer": ratio(lambda each: each.commands.answer.p99),
        "gap": ratio(lambda each: each.commands.gap.p99),
        "entry": ratio(lambda each: each.commands.entry.p99),
        "dead air": ratio(lambda each: each.dead_air.p99),
    }

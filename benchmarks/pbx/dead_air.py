"""Dead air: from the agent's BYE to the first frame of the first prompt, and where that time goes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.pbx.centre import Centre, centre
from benchmarks.pbx.figures import Spread, load, own_words, spread
from benchmarks.pbx.generators import FloorPlan, Rating
from benchmarks.pbx.table import table
from benchmarks.pbx.wire_log import WiredSession

BARS_MS = (100.0, 250.0)

PARTS = (
    "BYE -> AGI connect (Asterisk: bridge, queue, dialplan)",
    "connect -> header whole (Asterisk)",
    "header -> first command (service: assignment, one commit)",
    "first command -> STREAM FILE sent (arming the guard)",
    "STREAM FILE -> first frame (Asterisk)",
)


async def measure(
    folder: Path, calls: int, concurrent: int, say: Callable[[str], None], *, direct: bool, verbose: bool
) -> dict[str, object]:
    """Let so many calls hear their first prompt and return the figures; ``direct`` leaves the wire out."""
    async with centre(folder, direct=direct, verbose=verbose) as place:
        plan = FloorPlan(
            target=concurrent, calls=calls, spare=10, press_from_ms=300, press_to_ms=1500, ramp_per_second=20
        )
        found = await load(place, plan)
        run, told = found.run, found.truth
        pieces = {} if direct else _pieces(place, run.ratings)
    heard = [rating for rating in run.ratings if rating.first_frame]
    whole = spread(rating.first_frame - rating.bye for rating in heard)
    before = sum(rating.frames_before for rating in run.ratings)
    parts = {name: spread(values) for name, values in pieces.items()}
    early = sum(value < 0 for value in pieces.get(PARTS[-1], ()))
    say(
        table(
            ("", "calls", "p50 / p99 / worst ms"), [_row("dead air", whole), *(_row(*each) for each in parts.items())]
        )
    )
    say(
        f"{len(run.ratings)} calls, {concurrent} in the rating at a time; {len(heard)} heard a prompt; {before} frames "
        f"came before the agent's BYE and {early} first frames before STREAM FILE; lost {told.lost}, wrong {told.wrong}"
    )
    if found.run.usage is not None:
        say(f"{found.run.usage.others:.2f} of {found.run.usage.available} processors were used by none of ours")
    say(f"as the service counts: {own_words(found)}")
    p50, p99 = whole.p50 or 1e9, whole.p99 or 1e9
    met = p50 < BARS_MS[0] and p99 < BARS_MS[1] and len(heard) == len(run.ratings)
    say(f"p50 under {BARS_MS[0]:.0f} ms and p99 under {BARS_MS[1]:.0f} ms: {'yes' if met else 'NO'}")
    return {
        "calls": len(run.ratings),
        "concurrent": concurrent,
        "direct": direct,
        "verbose": verbose,
        "dead_air_ms": _figures(whole),
        "parts_ms": {name: _figures(value) for name, value in parts.items()},
        "frames_before_bye": before,
        "first_frames_before_stream_file": early,
        "met": met,
        "load": found.document(),
    }


def _pieces(place: Centre, ratings: Sequence[Rating]) -> dict[str, list[int]]:
    sessions: Mapping[str, WiredSession] = {each.uniqueid: each for each in place.sessions() if each.script == "rate"}
    uniqueids = place.pbx.uniqueids()
    parts: dict[str, list[int]] = {name: [] for name in PARTS}
    for rating in ratings:
        session = sessions.get(uniqueids.get(rating.call, ""))
        if session is None or session.asked is None or not session.commands or not rating.first_frame:
            continue
        stream = next((command for command in session.commands if command.plays), None)
        if stream is None:
            continue
        moments = (rating.bye, session.opened, session.asked, session.commands[0].sent, stream.sent, rating.first_frame)
        for name, begun, ended in zip(PARTS, moments, moments[1:], strict=False):
            parts[name].append(ended - begun)
    return parts


def _row(name: str, value: Spread) -> tuple[str, str, str]:
    return name, str(value.count), str(value)


def _figures(value: Spread) -> dict[str, float | None]:
    return {"count": value.count, "p50": value.p50, "p99": value.p99, "worst": value.worst}

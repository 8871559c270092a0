"""A funnel plot of 120 agents as SVG: ours, and the same declared with Altair and drawn by vl-convert, side by side.

``python -m benchmarks.charts``: medians of 30 drawings each in one process, the peer's first drawing apart, the
memory that each adds, and what a browser would have to load to draw it by itself.
"""

import gzip
import random
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

from jinja2 import Environment, PackageLoader

from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.peers import Peers, peers
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.web.charts.funnel_plot import funnel_plot

AGENTS, ROUNDS = 120, 30
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def centre() -> Peers:
    """Return one agent among the others."""
    chance = random.Random(7)
    counts = []
    for number in range(AGENTS):
        ratings = chance.randint(20, 400)
        best = round(ratings * min(max(chance.gauss(0.6, 0.05), 0.0), 1.0))
        counts += [
            OutcomeCount(f"agent-{number}", None, "one", None, Outcome.RATED, category, calls, NOW)
            for category, calls in ((1, best), (0, ratings - best))
            if calls
        ]
    return peers(counts, Instruments.of_scales({"one": ("no", "yes")}), "agent-0", named=True)


def ours(found: Peers) -> Callable[[], str]:
    """Return what draws with our geometry and our template."""
    environment = Environment(loader=PackageLoader("ivr.web", "templates"), autoescape=True)
    environment.add_extension("jinja2.ext.i18n")
    environment.globals["_"] = str
    macro = environment.get_template("charts/funnel_plot.html").module.funnel_plot  # type: ignore[attr-defined]

    def draw() -> str:
        plot = funnel_plot(found)
        assert plot is not None
        dots = [SimpleNamespace(dot=each, href="/agents/x", spoken=f"{each.peer.share:.0%}") for each in plot.dots]
        view = SimpleNamespace(
            plot=plot,
            ticks_x=plot.ticks_x,
            ticks_y=plot.ticks_y,
            dots=dots,
            outside=[each for each in dots if each.dot.is_outside],
            own="60 %",
            sentence="",
            summary="",
            notes=(),
        )
        return str(macro(view, "funnel", "agent-0"))

    return draw


def peer(found: Peers) -> Callable[[], str]:
    """Return what draws with Altair's declaration and vl-convert."""
    import altair  # noqa: PLC0415 - its memory is measured
    import vl_convert  # noqa: PLC0415

    dots = [{"n": each.ratings, "share": each.share, "href": "/agents/x"} for each in found.others]
    names = ("alert", "alert2", "alarm", "alarm2")
    bands = [{"n": each.ratings, **dict(zip(names, (*each.alert, *each.alarm), strict=True))} for each in found.curves]
    over = altair.Chart(altair.Data(values=bands)).mark_area().encode(x="n:Q", y="alarm:Q", y2="alarm2:Q")
    under = altair.Chart(altair.Data(values=bands)).mark_area().encode(x="n:Q", y="alert:Q", y2="alert2:Q")
    points = altair.Chart(altair.Data(values=dots)).mark_point().encode(x="n:Q", y="share:Q", href="href:N")
    declared = (over + under + points).properties(width=560, height=300).to_dict()
    return lambda: str(vl_convert.vegalite_to_svg(declared))


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def median_ms(draw: Callable[[], str]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - begun)
    return 1000 * statistics.median(seconds)


def main() -> None:
    found = centre()
    draw = ours(found)
    draw()
    before = megabytes()
    own = median_ms(draw)
    print(f"ours: {own:.2f} ms, {len(draw()):,} bytes, {megabytes() - before:.0f} MB more")
    before, begun = megabytes(), time.perf_counter()
    other = peer(found)
    other()
    first = 1000 * (time.perf_counter() - begun)
    theirs, more = median_ms(other), megabytes() - before
    print(f"vl-convert: {theirs:.2f} ms, {len(other()):,} bytes, {more:.0f} MB more; the first {first:.0f} ms")
    import vl_convert  # noqa: PLC0415

    bundle = vl_convert.javascript_bundle().encode()
    packed = len(gzip.compress(bundle)) / 1024
    print(f"a browser that draws by itself loads {len(bundle) / 1024:.0f} kB ({packed:.0f} kB packed)")
    print(f"ratio: {theirs / own:.1f}")


if __name__ == "__main__":
    main()

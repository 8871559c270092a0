"""The funnel plot of the agent page in words: who may be pointed at, and where the agent lies."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.kpi.standings import standing_of
from ivr.usecases.read_agent import AgentPage
from ivr.web.agent_words import place_sentences
from ivr.web.charts.funnel_plot import Dot, FunnelPlot, funnel_plot
from ivr.web.languages import Words


@dataclass(frozen=True, slots=True)
class DotView:
    """A peer who can be pointed at."""

    dot: Dot
    name: str
    spoken: str
    href: str


@dataclass(frozen=True, slots=True)
class FunnelView:
    """The funnel: ``plot`` is None where there is none, which ``notes`` explain; ``outside`` are by name.

    ``place`` says where the agent lies, what the comparable figure says first.
    """

    plot: FunnelPlot | None
    ticks_x: tuple[tuple[str, str], ...]
    ticks_y: tuple[tuple[str, str], ...]
    dots: tuple[DotView, ...]
    own: str | None
    place: tuple[str, ...]
    summary: str | None
    outside: tuple[DotView, ...]
    notes: tuple[str, ...]


def funnel_view(words: Words, page: AgentPage, addresses: Mapping[str, str]) -> FunnelView:
    """Say the funnel; ``addresses`` are the peers' pages by key."""
    found = page.peers
    plot = funnel_plot(found)
    dots = () if plot is None else tuple(_dot(words, dot, page, addresses) for dot in plot.dots)
    own = found.own
    return FunnelView(
        plot=plot,
        ticks_x=() if plot is None else tuple((x, words.number(ratings)) for x, ratings in plot.ticks_x),
        ticks_y=() if plot is None else tuple((y, words.percent(share)) for y, share in plot.ticks_y),
        dots=dots,
        own=None if own is None or own.share is None else _place(words, own.share, own.ratings),
        place=() if page.figures is None else place_sentences(words, found, standing_of(page.figures)),
        summary=_summary(words, page),
        outside=tuple(sorted((each for each in dots if each.dot.is_outside), key=lambda each: each.name.casefold())),
        notes=words.sentences(found.reasons),
    )


def _dot(words: Words, dot: Dot, page: AgentPage, addresses: Mapping[str, str]) -> DotView:
    key = dot.peer.agent or ""
    name = page.peer_names.get(key, key)
    return DotView(dot, name, f"{name}: {_place(words, dot.peer.share, dot.peer.ratings)}", addresses.get(key, ""))


def _place(words: Words, share: float, ratings: int) -> str:
    return words.ngettext(
        "%(share)s of %(n)s rating", "%(share)s of %(n)s ratings", ratings, share=words.percent(share)
    )


def _summary(words: Words, page: AgentPage) -> str | None:
    if page.peers.target is None:
        return None
    others = words.ngettext(
        "%(n)s other agent has ratings; all together have %(share)s.",
        "%(n)s other agents have ratings; all together have %(share)s.",
        len(page.peers.others),
        share=words.percent(page.peers.target),
    )
    outside = (
        words.ngettext(
            "%(n)s of the others lies outside of the inner limits.",
            "%(n)s of the others lie outside of the inner limits.",
            page.peers.outside,
        )
        if page.peers.outside
        else words.gettext("None of the others lies outside of the inner limits.")
    )
    return f"{others} {outside}"

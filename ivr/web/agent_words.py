"""What an agent's figures say in words: for a supervisor about somebody, for an agent in the second person."""

from collections.abc import Mapping

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.funnel_points import Zone
from ivr.domain.kpi.middle_agent import MiddleAgent
from ivr.domain.kpi.peers import Peers
from ivr.domain.kpi.series_breaks import Changed, SeriesBreak
from ivr.domain.kpi.signals import Signal
from ivr.domain.kpi.standings import Standing, standing_of
from ivr.domain.kpi.trend import Step, TrendPoint
from ivr.web.figure_views import RATINGS, n_text
from ivr.web.languages import Words
from ivr.web.marked import gettext

_STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.ABOVE: (
        gettext("Clearly above the middle of the agents."),
        gettext("You are clearly above the middle of the agents."),
    ),
    Standing.UNTOLD: (
        gettext("Cannot be told from the middle of the agents. That is not the same as average: it is not known."),
        gettext("Your figure cannot be told from the middle of the agents. Nobody can say more from these ratings."),
    ),
    Standing.BELOW: (
        gettext("Clearly below the middle of the agents. The figures do not say why: listen to calls together."),
        gettext(
            "You are below the middle of the agents by more than chance explains. The figures do not say why; your "
            "supervisor can go through calls with you."
        ),
    ),
    Standing.FEW: (
        gettext("Not compared with others: too few ratings, or too few agents for a middle."),
        gettext("You are not compared with others: your ratings are too few, or the agents are."),
    ),
}
_CHANGED: Mapping[Changed, str] = {
    Changed.KEYS: gettext("other keys"),
    Changed.CATEGORIES: gettext("other answers to choose from"),
    Changed.TIMING: gettext("other pauses or a longer or shorter reading"),
    Changed.RECORDINGS: gettext("other words or recordings"),
    Changed.UNKNOWN: gettext("it is not known what differs"),
}
_FLAGS: Mapping[str, str] = {
    "selective_offering": gettext("it looks as if content callers were brought to the rating more often than others"),
    Signal.LOW_OFFER_RATE: gettext("fewer callers reach the rating than with others who take the same calls"),
    Signal.AGENT_HANGS_UP_FIRST: gettext("hangs up first more often than others who take the same calls"),
    Signal.TRANSFERS_BEFORE_RATING: gettext("transfers more calls away than others who take the same calls"),
    Signal.EARLY_PRESSES: gettext("more keys come early than with others on the same layouts"),
    Signal.FEW_CALLERS: gettext("the ratings come from few callers"),
    Signal.OFFERS_TO_THE_CONTENT: gettext(
        "it looks as if content callers were brought to the rating more often than others"
    ),
}
_ZONES: Mapping[Zone, str] = {
    Zone.INSIDE: gettext("Among shares as pressed, this one is usual for so many ratings."),
    Zone.ALERT_HIGH: gettext(
        "Among shares as pressed, this one is above the inner limits: of 40 agents who are alike, about one is up "
        "there by chance."
    ),
    Zone.ALERT_LOW: gettext(
        "Among shares as pressed, this one is below the inner limits: of 40 agents who are alike, about one is down "
        "there by chance."
    ),
    Zone.ALARM_HIGH: gettext(
        "Among shares as pressed, this one is above the outer limits: chance alone hardly does this (1 in 1,000)."
    ),
    Zone.ALARM_LOW: gettext(
        "Among shares as pressed, this one is below the outer limits: chance alone hardly does this (1 in 1,000). "
        "Look at what differs."
    ),
}
_GO_BY: Mapping[Standing, str] = {
    Standing.BELOW: gettext(
        "The comparable figure is clearly below the middle, and it is the one to go by. This drawing is a rougher "
        "look: it has the shares as pressed."
    ),
    Standing.UNTOLD: gettext(
        "The comparable figure cannot be told from the middle, and it is the one to go by. This drawing is a rougher "
        "look: it has the shares as pressed."
    ),
    Standing.ABOVE: gettext(
        "The comparable figure is clearly above the middle, and it is the one to go by. This drawing is a rougher "
        "look: it has the shares as pressed."
    ),
}
_POINTS_TO = {
    Standing.BELOW: frozenset({Zone.ALERT_LOW, Zone.ALARM_LOW}),
    Standing.ABOVE: frozenset({Zone.ALERT_HIGH, Zone.ALARM_HIGH}),
}


def standing_sentence(words: Words, figures: AgentFigures, *, is_own: bool) -> str | None:
    """Say where an agent stands; None where there is no comparable figure."""
    sentence = _STANDINGS.get(standing_of(figures))
    return None if sentence is None else words.gettext(sentence[is_own])


def middle_sentence(words: Words, middle: MiddleAgent | None) -> str | None:
    """Say what the middle is that an agent is above or below of."""
    if middle is None:
        return None
    return words.ngettext(
        "The dashed line is the middle agent of the centre with %(share)s; %(n)s agent is compared.",
        "The dashed line is the middle agent of the centre with %(share)s; %(n)s agents are compared.",
        middle.agents,
        share=words.percent(middle.standardised),
    )


def places_sentence(words: Words, figures: AgentFigures) -> str | None:
    """Say between which places an agent is; never a single one."""
    lo, hi = figures.rank_interval
    if lo is None or hi is None:
        return None
    return words.gettext(
        "The place among the agents is somewhere from %(lo)s to %(hi)s (with 95 %%); there is no single place.",
        lo=words.number(lo),
        hi=words.number(hi),
    )


def reliability_sentence(words: Words, figures: AgentFigures) -> str | None:
    """Say how much of the distance from the others is the agent."""
    if figures.reliability is None:
        return None
    return words.gettext(
        "Of what sets this figure apart from the others, %(signal)s is the agent and %(chance)s is chance.",
        signal=words.percent(figures.reliability),
        chance=words.percent(1 - figures.reliability),
    )


def more_sentence(words: Words, figures: AgentFigures, *, is_own: bool) -> str | None:
    """Say how many more ratings would tell, and in about how many weeks they come."""
    more, weeks = figures.more_ratings, figures.weeks_needed
    if more is None:
        return None
    if more == 0:
        return words.gettext("There are enough ratings for a comparison.")
    told = (
        words.ngettext(
            "About %(n)s more rating would tell where you stand.",
            "About %(n)s more ratings would tell where you stand.",
            more,
        )
        if is_own
        else words.ngettext(
            "About %(n)s more rating would tell where the agent stands.",
            "About %(n)s more ratings would tell where the agent stands.",
            more,
        )
    )
    if weeks is None:
        return told
    pace = words.ngettext(
        "At the present pace that takes some %(n)s week.", "At the present pace that takes some %(n)s weeks.", weeks
    )
    return f"{told} {pace}"


def flag_sentence(words: Words, code: str) -> str:
    """Say what a flag means; one that is not known is told by its code."""
    known = _FLAGS.get(code)
    return code.replace("_", " ") if known is None else words.gettext(known)


def break_sentence(words: Words, each: SeriesBreak) -> str:
    """Say what callers heard differently from a day on."""
    day = words.day(each.day)
    if each.layout is None:
        return words.gettext(
            "From %(day)s: the layouts are given in other shares (%(shares)s).", day=day, shares=each.shares
        )
    changed = ", ".join(words.gettext(_CHANGED[what]) for what in each.changed)
    return words.gettext(
        "From %(day)s: a new version of %(layout)s (%(changed)s).", day=day, layout=each.layout, changed=changed
    )


def period_name(words: Words, point: TrendPoint, step: Step) -> str:
    """Name the days of a point."""
    if point.is_whole and step is Step.MONTH:
        return words.month(point.first)
    if point.first == point.last:
        return words.day(point.first)
    return words.gettext("%(first)s to %(last)s", first=words.day(point.first), last=words.day(point.last))


def place_sentences(words: Words, peers: Peers, standing: Standing) -> tuple[str, ...]:
    """Say where an agent lies in the funnel, after what the comparable figure says; empty where there is no point."""
    zone = None if peers.own is None else peers.own.zone
    if zone is None:
        return ()
    said = [words.gettext(_GO_BY[standing])] if standing in _GO_BY else []
    said.append(words.gettext(_ZONES[zone]))
    if standing in _POINTS_TO and zone not in _POINTS_TO[standing]:
        said.append(
            words.gettext(
                "Shares as pressed alone would not have shown what the comparable figure shows, because callers heard "
                "several layouts, which move such shares by themselves."
            )
            if peers.mixes_layouts
            else words.gettext(
                "Shares as pressed alone would not have shown what the comparable figure shows: they leave out which "
                "calls there were."
            )
        )
    elif peers.mixes_layouts:
        said.append(words.gettext("Callers heard several layouts, which move shares as pressed by themselves."))
    return tuple(said)


def figure_sentence(words: Words, figure: Estimate, of: str = RATINGS) -> str:
    """Say a share with its interval and what it is made of in one line, or why there is none."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return "; ".join(words.sentences(figure.reasons))
    return words.gettext(
        "%(share)s (%(lo)s to %(hi)s), %(of)s",
        share=words.percent(figure.estimate),
        lo=words.number(100 * figure.lo),
        hi=words.percent(figure.hi),
        of=n_text(words, figure, of),
    )

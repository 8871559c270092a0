"""Withholds shares that rest on so few ratings that they tell what single callers pressed.

Theory. Whoever chooses a day, a queue and a site can choose one call, and its share in the best category is then what
that caller pressed. So where anything is chosen, a share of 1 to ``minimum`` - 1 ratings is withheld: the number of
ratings stays, and the reason stands in the figure's place. Points of a trend and an agent's layouts are such choices by
nature, so they are withheld whatever is chosen. And where the parts of a shown whole are withheld, what is left when
the others are taken off the whole must be of enough ratings too; else the smallest of the others is withheld as well.

Without any choice the figures are those of the command line (``ivr kpi``), which is for operators and withholds none.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, overload

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.bounds import NO_BOUNDS
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import REFERENCE, LayoutFigures
from ivr.domain.kpi.pressed import Pressed, pressed_answers
from ivr.domain.kpi.tallies import OutcomeCount, by_agent
from ivr.domain.kpi.top_box import read_ratings
from ivr.domain.kpi.trend import Trend
from ivr.usecases.report_agents import AgentReport
from ivr.usecases.report_window import ReportWindow

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class WithheldAnswers:
    """The ratings of one layout whose categories are not told; ``share`` has their number and the reason."""

    layout: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class EnoughRatings:
    """The rule: shares need ``minimum`` ratings; 0 asks for none."""

    minimum: int

    @classmethod
    def of(cls, window: ReportWindow, minimum: int) -> "EnoughRatings":
        """Return the rule for the figures of ``window``: ``minimum`` where days, queue, site, language or teams are."""
        chosen = (window.since, window.until, window.queue, window.site, window.language, window.teams)
        return cls(0 if all(each is None for each in chosen) else minimum)

    @property
    def reason(self) -> str:
        """Why a share is withheld."""
        return f"fewer than {self.minimum} ratings: a share would tell what single callers pressed"

    @property
    def reason_beside(self) -> str:
        """Why a share of enough ratings is withheld with others."""
        return f"with this share one could work out another of fewer than {self.minimum} ratings, so both are withheld"

    @property
    def reason_of_team(self) -> str:
        """Why no share of a layout is told for a team: each agent's own shares by layout are told beside it."""
        return f"the layouts' shares of a team, less its agents', would tell those of fewer than {self.minimum} ratings"

    @property
    def not_drawn(self) -> str:
        """Why people are left out of a drawing of all."""
        return f"who has fewer than {self.minimum} ratings is not drawn and not in the common share"

    def are_few(self, ratings: int) -> bool:
        """Say whether a share of so many ratings is withheld."""
        return 0 < ratings < self.minimum

    def few(self, ratings: Mapping[K, int], *, unseen: int = 0) -> frozenset[K]:
        """Return which parts of a shown whole are withheld: those of few ratings, and what would give them away.

        ``unseen`` ratings of the whole are in no part.
        """
        found = {part for part, number in ratings.items() if self.are_few(number)}
        left = sorted((number, place, part) for place, (part, number) in enumerate(ratings.items()) if number)
        for _, _, part in left:
            if not self.are_few(unseen + sum(ratings[each] for each in found)):
                break
            found.add(part)
        return frozenset(found)

    @overload
    def share(self, figure: Estimate, *, is_beside: bool = False) -> Estimate: ...
    @overload
    def share(self, figure: Estimate | None, *, is_beside: bool = False) -> Estimate | None: ...
    def share(self, figure: Estimate | None, *, is_beside: bool = False) -> Estimate | None:
        """Return ``figure``, withheld where it is of few ratings; ``is_beside``: where it would give another away."""
        if figure is None or figure.estimate is None:
            return figure
        if self.are_few(figure.n):
            return _withheld(figure, self.reason)
        return _withheld(figure, self.reason_beside) if is_beside else figure

    def withheld(self, figure: Estimate) -> Estimate:
        """Return what stands in the place of ``figure``, whatever it rests on; one that is missing says why itself."""
        return _withheld(figure, self.reason)

    def report(self, report: AgentReport) -> AgentReport:
        """Return a report whose agents and layouts are told as far as they have enough ratings.

        Of teams no layout's share is told: less those that the agents' pages tell, it would be what one withholds.
        """
        rows = self.layouts(report.layouts, report.reference_layout)
        if report.window.teams is not None:
            rows = tuple(self._of_team(row) for row in rows)
        return replace(report, agents=tuple(map(self._agent, report.agents)), layouts=rows)

    def layouts(
        self, rows: Sequence[LayoutFigures], reference: str | None, *, untold: Mapping[str | None, int] | None = None
    ) -> tuple[LayoutFigures, ...]:
        """Return the layouts' rows; an effect is withheld where either layout is.

        ``untold`` are each layout's ratings that no agent's page tells: few of them are what is left of the layout.
        """
        beside = {layout for layout, number in (untold or {}).items() if self.are_few(number)}
        few = beside | {row.layout for row in rows if self.are_few(row.observed.n)}
        return tuple(
            replace(
                row,
                observed=self.share(row.observed, is_beside=row.layout in beside),
                shares=tuple(
                    replace(each, share=self.share(each.share, is_beside=row.layout in beside)) for each in row.shares
                ),
                effect_points=row.effect_points
                if row.effect_points.method == REFERENCE or not few & {row.layout, reference}
                else _withheld(row.effect_points, self.reason),
                mis_key_rate=self.share(row.mis_key_rate),
            )
            for row in rows
        )

    def untold(self, counts: Iterable[OutcomeCount], known: Instruments) -> Mapping[str | None, int]:
        """Return each layout's ratings in ``counts`` that are told on no agent's page, those of nobody among them."""
        found: Counter[str | None] = Counter()
        for agent, cells in by_agent(counts).items():
            told, withheld = self.pressed(pressed_answers(cells, known))
            found.update({each.layout: each.share.n for each in withheld})
            if agent is None:
                found.update({each.layout: each.n for each in told})
        return found

    def trend(self, over_time: Trend) -> Trend:
        """Return the trend, whose points are the parts of a shown whole."""
        ratings = {place: point.pressed.n for place, point in enumerate(over_time.points)}
        few = self.few(ratings, unseen=over_time.left_out_ratings)
        return replace(
            over_time,
            points=tuple(
                replace(point, pressed=self.share(point.pressed, is_beside=place in few))
                for place, point in enumerate(over_time.points)
            ),
        )

    def pressed(self, answers: Sequence[Pressed]) -> tuple[tuple[Pressed, ...], tuple[WithheldAnswers, ...]]:
        """Return the answers by scale that are shown, and those whose categories are withheld."""
        few = self.few({place: each.n for place, each in enumerate(answers)})
        return (
            tuple(each for place, each in enumerate(answers) if place not in few),
            tuple(
                WithheldAnswers(
                    each.layout,
                    no_figure(Status.REFUSED, self.reason if self.are_few(each.n) else self.reason_beside, n=each.n),
                )
                for place, each in enumerate(answers)
                if place in few
            ),
        )

    def of_few(self, counts: Iterable[OutcomeCount], known: Instruments) -> frozenset[str | None]:
        """Return the agents among ``counts`` who have few ratings that can be read."""
        return frozenset(
            agent for agent, own in by_agent(counts).items() if self.are_few(read_ratings(own, known).judged)
        )

    def _of_team(self, row: LayoutFigures) -> LayoutFigures:
        reason = self.reason_of_team
        return replace(
            row,
            observed=_withheld(row.observed, reason),
            shares=tuple(replace(each, share=_withheld(each.share, reason)) for each in row.shares),
            effect_points=row.effect_points
            if row.effect_points.method == REFERENCE
            else _withheld(row.effect_points, reason),
            mis_key_rate=_withheld(row.mis_key_rate, reason),
        )

    def _agent(self, row: AgentFigures) -> AgentFigures:
        is_withheld = self.are_few(row.observed.n)
        kept_out = row.observed.n - row.appraisal.n
        return replace(
            row,
            observed=self.share(row.observed),
            appraisal=self.share(row.appraisal, is_beside=self.are_few(kept_out)),
            standardised=self.share(row.standardised),
            corrected=self.share(row.corrected),
            bounds=NO_BOUNDS if is_withheld else row.bounds,
            utility=self.share(row.utility),
        )


def _withheld(figure: Estimate, reason: str) -> Estimate:
    if figure.estimate is None:
        return figure
    return no_figure(Status.REFUSED, reason, unit=figure.unit, n=figure.n, method=figure.method)

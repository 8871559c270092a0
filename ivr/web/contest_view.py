"""Contests in the words of their pages: what was said and decided, and what the reader may do now."""

from dataclasses import dataclass

from ivr.domain.access import Right
from ivr.domain.contests import ContestCase, RatedCall, Verdict, why_not_decided_by
from ivr.usecases.accounts import User
from ivr.web.call_choice import actor_of
from ivr.web.call_words import VERDICTS
from ivr.web.languages import Words


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said about the rating, and when."""

    when: str
    who: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContestView:
    """A contest on a page.

    ``seen`` goes along in the form of a decision. ``why_not`` says why the reader does not decide, None where they do
    or have no part in it; ``decides`` says that they do. ``holds`` is the verdict that holds, None while it is open.
    """

    said: tuple[Said, ...]
    state: str
    is_open: bool
    holds: Verdict | None
    seen: str
    decides: bool
    why_not: str | None
    at_odds: str | None


def contest_view(words: Words, case: ContestCase, call: RatedCall, user: User) -> ContestView:
    """Say a contest to ``user``."""
    contest, last = case.contest, case.last
    said = [Said(words.moment(contest.at), contest.who.name, words.gettext("contested"), contest.reason)]
    said += [
        Said(words.moment(each.at), each.who.name, words.gettext(VERDICTS[each.verdict]), each.reason)
        for each in case.decisions
    ]
    may = Right.DECIDE in user.rights
    refused = why_not_decided_by(actor_of(user), call, case) if may else None
    return ContestView(
        said=tuple(said),
        state=words.gettext("waits for a decision") if last is None else words.gettext(VERDICTS[last.verdict]),
        is_open=case.is_open,
        holds=None if last is None else last.verdict,
        seen="" if last is None else str(last.number),
        decides=may and refused is None,
        why_not=None if refused is None else words.sentence(refused),
        at_odds=_at_odds(words, case, call),
    )


def _at_odds(words: Words, case: ContestCase, call: RatedCall) -> str | None:
    """Return that the ledger has it otherwise than was decided, as after an import that replaced the call."""
    last = case.last
    if last is None or (last.verdict is Verdict.EXCLUDE) is call.is_excluded:
        return None
    if call.is_excluded:
        return words.gettext("The ledger leaves the call out all the same: an import has replaced it since.")
    return words.gettext("The ledger counts the call all the same: an import has replaced it since.")

"""Page wordings: what a page says in place of a sentence of the figures whose words are for operators.

The command line keeps the sentence as the figures say it. On a page it meets supervisors and agents, who have no
commands and need none of the method's words. ``%(name)s`` stands for what varies, alike on both sides. Of two
that fit, the first counts.
"""

from collections.abc import Mapping

from ivr.web.marked import gettext

PAGE_WORDINGS: Mapping[str, str] = {
    "'%(name)s' is %(written)s, no whole day; write whole days such as 2026-03-31, as times of day are for the command "
    "ivr kpi": gettext("'%(name)s' is %(written)s, no whole day; write whole days such as 2026-03-31"),
    "nothing has been fitted yet": gettext("comparable figures have not been worked out yet"),
    "nothing has been fitted yet: the service does so while it runs": gettext(
        "comparable figures have not been worked out yet: the service does so by itself while it runs"
    ),
    "only whole months are fitted": gettext("only whole months have comparable figures"),
    "only whole months are fitted: ask for the calls %(asked)s, or for all calls": gettext(
        "only whole months have comparable figures: ask for the calls %(asked)s, or for all calls"
    ),
    "calls have come in or changed since the fit: fitted figures are as of then, counts are as of now": gettext(
        "calls have come in or changed since: these two are as of then, counts and shares as pressed are as of now"
    ),
    "a layout, a setting or the method has changed since the fit: the next one takes it up": gettext(
        "a layout, a setting or the method has changed since; when they are worked out again they take it up"
    ),
    "fitted figures are those of all calls of an agent in these months: a selection by queue, site or language "
    "changes who is shown and which calls are counted, and leaves the standardised and corrected figures as they "
    "are": gettext(
        "comparable and corrected figures are those of all calls of an agent in these months: to choose a queue, a "
        "site or a language changes who is shown and which calls are counted, and leaves these figures as they are"
    ),
    "fits have the months of %(counted)s, and time_zone is %(zone)s now: calls at the turn of a month are fitted in "
    "one month and counted in another": gettext(
        "comparable figures have the months of %(counted)s, and counts those of %(zone)s: a call at the turn of a "
        "month may stand in two different ones until an administrator has all months counted anew"
    ),
    "no fitted figures: layouts and case mix are not adjusted for": gettext(
        "no comparable figure yet: layouts and the mix of calls are not taken out"
    ),
    "no fitted figures: non-response is bounded, not corrected": gettext(
        "no corrected level yet: callers who did not answer are not put in"
    ),
    "no fitted figures: %(reason)s": gettext("no comparable figure: %(reason)s"),
    "calls without an agent have no figure of their own and are not in the fit": gettext(
        "calls without an agent have no figure of their own and are compared with nobody's"
    ),
    "the fit knows no call of this agent: the next one will": gettext(
        "no call of this agent was there when comparable figures were worked out; next time there will be one"
    ),
    "probably brings the rating to content callers rather than to all (probability %(sure)s); the figures allow for "
    "it": gettext(
        "it looks as if content callers were brought to the rating more often than others; this is no finding: look "
        "for a harmless cause first; the comparable and corrected figures allow for it"
    ),
    "fewer calls reach the rating than the configured floor says": gettext(
        "fewer calls reach the rating than is usual here; look for a harmless cause first"
    ),
    "1 rating of %(layout)s, which leads callers: in the share as pressed, kept out of the appraisal": gettext(
        "1 rating of %(layout)s, which draws callers to the best answer: it is in the share as pressed, and left out "
        "of the share without such layouts"
    ),
    "%(ratings)s ratings of %(layout)s, which leads callers: in the share as pressed, kept out of the "
    "appraisal": gettext(
        "%(ratings)s ratings of %(layout)s, which draws callers to the best answer: they are in the share as pressed, "
        "and left out of the share without such layouts"
    ),
    "%(layout)s leads callers (%(why)s): appraisals leave out %(ratings)s of it; take it out of the "
    "experiment": gettext(
        "%(layout)s draws callers to the best answer (%(why)s): %(ratings)s of it are left out of the share without "
        "such layouts; an administrator can take it out of the experiment"
    ),
    "%(layout)s leads callers (%(why)s): %(who)s signed for it, so appraisals hold %(ratings)s of it": gettext(
        "%(layout)s draws callers to the best answer (%(why)s): %(who)s signed for it, so %(ratings)s of it count "
        "everywhere"
    ),
    "%(months)s has not been fitted": gettext("comparable figures of %(months)s have not been worked out yet"),
}

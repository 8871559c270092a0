"""Explanations: what each figure says on demand (``templates/explain.html``), and the page on how it is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class Explanation:
    """``title`` and ``text`` are keys for the translators, ``page`` names one of ``docs/statistics``."""

    title: str
    text: str
    page: str | None = None


EXPLANATIONS: Mapping[str, Explanation] = {
    "observed": Explanation(
        gettext("As pressed"),
        gettext(
            "The share of ratings in the best category, exactly as the keys were pressed. Nothing is corrected: the "
            "layout a caller heard and the callers who stayed silent still move it, so it compares nobody."
        ),
        "top-box",
    ),
    "standardised": Explanation(
        gettext("Comparable"),
        gettext(
            "The same share as it would be if everybody's callers had heard the same layout and every agent had the "
            "same mix of calls; with few ratings it is drawn towards the middle. It is the one to compare agents by. "
            "Go by the groups, not by the order of the figures: a group is given only where chance does not explain "
            "the difference from the middle agent."
        ),
        "three-figures",
    ),
    "corrected": Explanation(
        gettext("Corrected level"),
        gettext(
            "The share of all callers who were to be asked that would choose the best answer on a neutral scale: the "
            "pull of the layout and of the first key is taken out, callers who did not answer and calls that were not "
            "offered are put in. It says how good the service is, not who is better. How far it lies above or below "
            "the comparable figure is much alike for everybody and changes with the period: what the layout pulls and "
            "how content the silent seem are estimated."
        ),
        "three-figures",
    ),
    "response": Explanation(
        gettext("Response rate"),
        gettext("Rated calls among those whose callers were to be asked."),
        "response-rates",
    ),
    "interval": Explanation(
        gettext("The interval"),
        gettext(
            "What the ratings leave open: for about 95 of 100 figures the truth lies within. Whether two intervals "
            "overlap does not say whether two agents differ; who can be told from the middle, the groups say. A pale "
            "band rests on too few ratings to compare by."
        ),
        "three-figures",
    ),
    "tier": Explanation(
        gettext("Groups instead of ranks"),
        gettext(
            "An agent is clearly above or below where chance does not explain the difference from the middle agent of "
            "the whole centre; all others cannot be told from the middle. Part of an interval is uncertain for all "
            "alike and moves the middle too, so an interval may reach over the middle although the group is clear. "
            "Within a group there is no order."
        ),
        "tiers",
    ),
    "untold": Explanation(
        gettext("Cannot be told from the middle"),
        gettext(
            "With the ratings that there are, each of these agents could be above the middle agent or below. That does "
            "not make them alike, or average. A list by figure would put them in an order that is mostly luck, and "
            "another one next month. More ratings tell more; the rows say about how many."
        ),
        "tiers",
    ),
    "three": Explanation(
        gettext("Three figures, never one"),
        gettext(
            "Comparable takes out what is not the agent's doing, which layout the callers heard and which calls there "
            "were; it is the one to compare agents by, in groups. Corrected level adds the callers who did not answer; "
            "it is for goals and reports. As pressed counts the keys; it compares nobody."
        ),
        "three-figures",
    ),
    "middle": Explanation(
        gettext("The middle agent"),
        gettext(
            "Of the agents of the whole centre who are compared, half have a higher comparable figure and half a lower "
            "one. It is drawn as a dashed line. Where all do well, it is high."
        ),
        "tiers",
    ),
    "best_answer": Explanation(
        gettext("Best answers"),
        gettext(
            "The best answer of one layout is easier to give than that of another, and a share as pressed mixes them. "
            "The comparable figure puts all on one layout, the corrected level on a scale that favours no answer."
        ),
        "three-figures",
    ),
    "selective": Explanation(
        gettext("A reason to look, not a finding"),
        gettext(
            "It looks as if content callers were brought to the rating more often than others. A transfer queue "
            "without the rating or a headset that hangs up looks the same, so look for a harmless cause first, then "
            "talk. The comparable and corrected figures allow for it."
        ),
        "selective-offering",
    ),
    "hung_up": Explanation(
        gettext("Who hung up first"),
        gettext(
            "Where the agent hangs up first the caller goes on to the rating; where the caller does, no rating can be "
            "offered. An agent whose callers mostly hang up first gets few ratings, whatever they think."
        ),
        "response-rates",
    ),
    "layout_effect": Explanation(
        gettext("Effect on the score"),
        gettext(
            "By how many points more or fewer ratings are in the best category than with the reference layout, from "
            "the same callers. It is the layout's doing, not the agents': the comparable figures take it out."
        ),
        "layout-calibration",
    ),
    "allocation": Explanation(
        gettext("Given now"),
        gettext(
            "Chance decides which layout a caller hears, with shares that were set before. This is the share of the "
            "callers who get this one at present, with a holdout, a ramp and a stop counted in."
        ),
        None,
    ),
    "break_off": Explanation(
        gettext("Left while it was read"),
        gettext("The share of the callers who heard its first words and hung up before they had answered."),
        "response-rates",
    ),
    "burden": Explanation(
        gettext("Callers' time for one rating"),
        gettext(
            "All seconds that callers were asked, those who left without an answer too, over the ratings that came of "
            "it. A layout that fewer finish costs more."
        ),
        None,
    ),
    "caller_time": Explanation(
        gettext("Time of one caller"),
        gettext(
            "From the first word on: until every answer has been read once, the whole call of a caller who never "
            "presses a key, and the longest that any caller can be kept."
        ),
        None,
    ),
    "mis_keys": Explanation(
        gettext("Pressed the wrong key"),
        gettext(
            "Some who gave the best or the worst answer are asked once more. This is the share who then answer "
            "otherwise. The first answer stays."
        ),
        "mis-keys",
    ),
    "pressed_shares": Explanation(
        gettext("What is pressed"),
        gettext("Each answer's share of the ratings, as pressed. Nothing is corrected here."),
        "top-box",
    ),
    "leads": Explanation(
        gettext("Layouts that lead"),
        gettext(
            "A silence of a second or more comes while only good answers were read. Callers take it for the end of the "
            "choices and press what there is, so the score rises. Its ratings stay out of appraisals until a person "
            "signs for them."
        ),
        None,
    ),
    "series": Explanation(
        gettext("Versions"),
        gettext(
            "A version is a layout with its recordings. Whatever a caller would hear otherwise makes another one, and "
            "figures before and after are of two different questions: a line over time breaks there."
        ),
        None,
    ),
    "sample_ratio": Explanation(
        gettext("Were the shares kept?"),
        gettext(
            "Each layout must have got as many callers as chance was to give it. Where it has not, calls were lost or "
            "assigned wrongly, and no difference means anything until the cause is found."
        ),
        "sample-ratio",
    ),
    "every_look": Explanation(
        gettext("Valid at every look"),
        gettext(
            "Whoever looks every day and stops when it looks good finds a difference where there is none. This "
            "interval is wider, and it holds at all looks together: you may look as often as you like."
        ),
        "confidence-sequences",
    ),
    "one_look": Explanation(
        gettext("At one planned look"),
        gettext("The usual 95 % interval. It holds for one look that was fixed beforehand, and for no other."),
        "multiplicity",
    ),
    "either_way": Explanation(
        gettext("Among those who answer either way"),
        gettext(
            "A layout that fewer answer has other raters. These bounds say what is left of the difference among "
            "callers who would have answered both."
        ),
        "lee-bounds",
    ),
    "stop_rule": Explanation(
        gettext("What decides"),
        gettext(
            "The one figure, the number of ratings and the rule were fixed before the start and cannot be changed. A "
            "rule that is chosen after the data have been seen proves nothing."
        ),
        "confidence-sequences",
    ),
    "guardrail": Explanation(
        gettext("Guardrail"),
        gettext(
            "Every minute each layout is held against the control: if hang-ups or faults rise above the margin beyond "
            "doubt, the experiment is stopped by itself and everybody gets the control layout."
        ),
        None,
    ),
    "path": Explanation(
        gettext("From call to rating"),
        gettext(
            "Every handled call ends in one of these ways, so the numbers add up: what is left after a line is the "
            "next one. What our own rules leave out is sampling; a call that was never brought to the rating is a call "
            "without an answer."
        ),
        "response-rates",
    ),
    "endings": Explanation(
        gettext("Who hung up first"),
        gettext(
            "A caller who hangs up cannot be asked, and one whose agent hangs up is led to the rating. So a share far "
            "from that of others is worth a question; by itself it says nothing of the service."
        ),
        "selective-offering",
    ),
    "trend": Explanation(
        gettext("Over time"),
        gettext(
            "The share of best answers as pressed, with its interval. Two points whose intervals overlap may be alike. "
            "The line breaks where callers began to hear something else: on both sides of a break it is another "
            "question."
        ),
        "top-box",
    ),
    "categories": Explanation(
        gettext("What callers pressed"),
        gettext(
            "How many pressed each answer, for each layout by itself: an answer of one layout is not that of another, "
            "even with the same key."
        ),
        "key-habit",
    ),
    "informed": Explanation(
        gettext("Pressed after hearing every option"),
        gettext(
            "The share of ratings whose caller had heard all answers before pressing. Who presses earlier may mean "
            "what is pressed, or may not have heard the own answer yet. It says how a layout is listened to."
        ),
        "key-habit",
    ),
    "funnel": Explanation(
        gettext("Among the others"),
        gettext(
            "With few ratings a share moves far by chance alone; the areas show how far. A dot inside is usual, "
            "whatever its height. One outside is worth a look. It ranks nobody. The shares are as pressed, so this is "
            "a rougher look than the comparable figure, which takes out layouts and the mix of calls."
        ),
        "funnel",
    ),
    "bounds": Explanation(
        gettext("What silence could hide"),
        gettext(
            "Nobody knows what silent callers would have pressed. These are the two ends between which the share of "
            "all callers must lie."
        ),
        "bounds",
    ),
    "appraisal": Explanation(
        gettext("Without ratings of layouts that lead"),
        gettext(
            "A layout leads where it draws callers to the best answer, for instance by waiting after it. Its ratings "
            "are counted and shown, and left out of this share unless somebody signed for the layout. Nothing else is "
            "taken out: other layouts and the mix of calls still move it. The comparable figure takes out both."
        ),
        "top-box",
    ),
    "layout_name": Explanation(
        gettext("The names of layouts"),
        gettext(
            "A layout is one way of asking callers: which answers there are, in which order they are read, with which "
            "keys and pauses. A name such as sequential-123 is the label that the layout got when it was made; it says "
            "nothing of the answers' worth."
        ),
        "three-figures",
    ),
    "excluded": Explanation(
        gettext("What counts, and what does not"),
        gettext(
            "A rating can be contested with a reason, and somebody else decides whether it counts. It stays visible "
            "either way, and the figures stand here with it and without it."
        ),
    ),
}

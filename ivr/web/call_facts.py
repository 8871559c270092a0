"""What is known of a call beside its timeline: the talk, the question with its chances, and the answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.domain.calls import Attribution, EndedBy
from ivr.domain.outcomes import DISPOSITIONS
from ivr.usecases.call_account import CallView
from ivr.web.call_words import ATTRIBUTIONS, ENDED_BY, question_name, rule_sentence
from ivr.web.languages import Words
from ivr.web.outcome_words import outcome_name


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of the call."""

    name: str
    text: str


def facts_of_talk(words: Words, call: CallView) -> Iterator[Fact]:
    """Yield what is known of the talk."""
    if not call.is_own:
        yield Fact(words.gettext("Agent"), call.agent or words.gettext("nobody is credited"))
        yield Fact(words.gettext("Why this agent"), _why_credited(words, call))
    if call.queue is not None:
        yield Fact(words.gettext("Queue"), call.queue)
    if call.site is not None:
        yield Fact(words.gettext("Site"), call.site)
    if call.language is not None:
        yield Fact(words.gettext("Language"), call.language)
    if call.wait_seconds is not None:
        yield Fact(words.gettext("Waited"), words.seconds(call.wait_seconds))
    if call.talk_seconds is not None:
        yield Fact(words.gettext("Talked"), words.seconds(call.talk_seconds))
    if call.ended_by is not EndedBy.UNKNOWN or not call.is_imported:
        yield Fact(words.gettext("End of the talk"), words.gettext(ENDED_BY[call.ended_by]))


def _why_credited(words: Words, call: CallView) -> str:
    certainty = words.gettext(ATTRIBUTIONS[call.attribution])
    if call.is_named:
        return words.gettext("The dialplan names this agent.")
    if call.agents > 1:
        said = words.ngettext(
            "The last of %(n)s agent before the question.", "The last of %(n)s agents before the question.", call.agents
        )
        return f"{said} {certainty}"
    if call.attribution is Attribution.UNCERTAIN:
        return words.gettext("Nobody is known for this agent's telephone, so it is not sure whom the rating is about.")
    return words.gettext("The only agent who spoke with the caller.")


def facts_of_question(words: Words, call: CallView) -> Iterator[Fact]:
    """Yield what the caller was given, with the chances of it, or why there was no question."""
    why_not = rule_sentence(words, call.declined_by)
    if not DISPOSITIONS[call.outcome].offered:
        asked = why_not or outcome_name(words, call.outcome)
        yield Fact(words.gettext("Why no question"), asked)
    is_asked = DISPOSITIONS[call.outcome].offered is not False
    if call.layout is not None:
        name = words.gettext("Layout") if is_asked else words.gettext("Layout that it would have been")
        version = "" if call.layout_version is None else f" · {call.layout_version}"
        yield Fact(name, f"{call.layout}{version}")
    if call.layout_probability is not None:
        drawn = words.gettext("drawn with %(share)s", share=words.percent(call.layout_probability, 1))
        yield Fact(words.gettext("Its chance"), drawn)
    if call.experiment is not None:
        yield Fact(words.gettext("Experiment"), call.experiment)
    yield from _invitation(words, call)
    silence = _silence(words, call)
    if silence is not None:
        yield Fact(words.gettext("Silence before"), silence)
    if call.selection_probability < 1.0:
        share = words.percent(call.selection_probability, 1)
        yield Fact(words.gettext("Chance of being asked"), share)
    if call.options_heard is not None:
        yield Fact(words.gettext("Options heard whole"), words.number(call.options_heard))
    if call.asked_seconds is not None:
        yield Fact(words.gettext("Asked for"), words.seconds(call.asked_seconds))
    for comment in call.comments:
        length = words.seconds(comment.seconds)
        said = words.gettext("recorded, %(length)s; what was said is not shown here", length=length)
        yield Fact(words.gettext("Comment"), said)


def _invitation(words: Words, call: CallView) -> Iterator[Fact]:
    """Yield how the caller was invited before the queue, and what the caller said to it."""
    invited = call.invitation
    if invited is None:
        return
    share = words.percent(invited.invitation_probability, 1)
    drawn = words.gettext("%(what)s, drawn with %(share)s", what=invited.invitation, share=share)
    said = {
        True: words.gettext("agreed to be asked"),
        False: words.gettext("did not want to be asked"),
        None: words.gettext("said nothing to it"),
    }
    yield Fact(words.gettext("Invitation before the queue"), f"{drawn}; {said[invited.consent]}")


def _silence(words: Words, call: CallView) -> str | None:
    """Return the silence before the question and its chance; None where there was none and could be none."""
    chance = 1.0 if call.delay_probability is None else call.delay_probability
    if call.delay_seconds is None or (call.delay_seconds == 0 and chance == 1.0):
        return None
    length = words.gettext("%(n)s s", n=words.number(call.delay_seconds, 1))
    return words.gettext("%(length)s, drawn with %(share)s", length=length, share=words.percent(chance, 1))


def drawn_from(words: Words, call: CallView) -> tuple[tuple[str, str, bool], ...]:
    """Return every layout that could have been drawn with its chance, and whether it was."""
    shares = []
    for part in (call.allocation or "").split():
        key, _, share = part.rpartition(":")
        try:
            shares.append((key, words.percent(float(share), 1), key == call.layout))
        except ValueError:
            return ()
    return tuple(shares)


def facts_of_answers(words: Words, call: CallView) -> Iterator[Fact]:
    """Yield how each question ended."""
    for each in call.answers:
        said = outcome_name(words, each.status)
        if each.category is not None and each.key is not None:
            said = words.gettext("%(category)s (key %(key)s)", category=each.category, key=each.key)
        elif each.category is not None:
            said = each.category
        elif each.key is not None:
            said = words.gettext("key %(key)s", key=each.key)
        asked = question_name(words, each.question)
        yield Fact(f"{asked}: {each.asked}" if each.asked else asked, said)

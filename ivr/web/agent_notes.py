"""What an agent page says beside its figures: what mixes, what is left out and why, and what a layout sounds like."""

from dataclasses import dataclass

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.appraisal import LEADS, LeadingRatings
from ivr.domain.kpi.instruments import Instrument
from ivr.domain.kpi.pace import UNTIL_TOLD_APART
from ivr.domain.kpi.top_box import MIXES, MIXES_VERSIONS
from ivr.usecases.read_agent import AgentPage
from ivr.web.languages import Words


@dataclass(frozen=True, slots=True)
class LeadingView:
    """What becomes of the ratings of one layout that leads, and exactly why it leads."""

    sentence: str
    why: tuple[str, ...]


def note_sentences(words: Words, figures: AgentFigures) -> tuple[str, ...]:
    """Say what else belongs to an agent's figures, without what stands elsewhere on the page."""
    said = []
    for note in figures.notes:
        if note.startswith(MIXES):
            said.append(
                words.gettext(
                    "Callers heard several layouts, and the best answer comes more easily on some of them. So a share "
                    "as pressed says little beside that of somebody whose callers heard others; the comparable figure "
                    "takes that out."
                )
            )
        elif note == MIXES_VERSIONS:
            said.append(
                words.gettext(
                    "Not all callers of a layout heard the same version of it. Shares as pressed before and after the "
                    "change answer two questions; the drawing over time shows the day."
                )
            )
        elif LEADS not in note and UNTIL_TOLD_APART not in note:
            said.append(words.sentence(note))
    return tuple(said)


def leading_views(words: Words, page: AgentPage) -> tuple[LeadingView, ...]:
    """Say which ratings were made on layouts that lead, and whether they are left out."""
    return tuple(_leading(words, each) for each in page.leading)


def heard_sentence(words: Words, instrument: Instrument | None) -> str | None:
    """Say which answers a layout reads, in their order and with their keys; None where that is not known."""
    if instrument is None or not instrument.keys or len(instrument.read_seconds) != len(instrument.categories):
        return None
    order = sorted(range(len(instrument.categories)), key=lambda category: instrument.read_seconds[category])
    keys = {category: key for key, category in sorted(instrument.keys.items(), reverse=True)}
    if set(order) != set(keys):
        return None
    answers = [
        words.gettext("%(answer)s (key %(key)s)", answer=instrument.categories[each], key=keys[each]) for each in order
    ]
    return words.gettext("Callers hear, in this order: %(answers)s.", answers=", ".join(answers))


def _leading(words: Words, each: LeadingRatings) -> LeadingView:
    if each.instrument.is_kept_out:
        sentence = words.ngettext(
            "%(n)s rating of %(layout)s is left out of it: that layout is silent for so long after a good answer that "
            "callers take it for the last one. Nobody has signed for it.",
            "%(n)s ratings of %(layout)s are left out of it: that layout is silent for so long after a good answer "
            "that callers take it for the last one. Nobody has signed for it.",
            each.ratings,
            layout=each.layout,
        )
    else:
        sentence = words.ngettext(
            "%(n)s rating of %(layout)s counts although that layout is silent for so long after a good answer that "
            "callers take it for the last one: %(who)s signed for it.",
            "%(n)s ratings of %(layout)s count although that layout is silent for so long after a good answer that "
            "callers take it for the last one: %(who)s signed for it.",
            each.ratings,
            layout=each.layout,
            who=each.instrument.signed_by,
        )
    return LeadingView(sentence, words.sentences(each.instrument.leads))

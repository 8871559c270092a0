"""One call in the words of its page: the drawing, the same as a table, and what is known beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.domain.call_replay import PlayedSpan, Sound
from ivr.domain.key_roles import KeyPlayed, KeyRole
from ivr.usecases.call_account import CallView, Talk
from ivr.web.call_facts import Fact, drawn_from, facts_of_answers, facts_of_question, facts_of_talk
from ivr.web.call_words import KEY_ROLES, SOUNDS, question_name
from ivr.web.charts.call_timeline import CallChart, KeyPiece, Piece, call_chart
from ivr.web.figure_views import MINUS
from ivr.web.languages import Words
from ivr.web.outcome_words import outcome_name

_ROUND = 0.05
_FIRST = 0.0001
_SPAN_KINDS = {
    Sound.SILENCE: "silence",
    Sound.PAUSE: "silence",
    Sound.OPTION: "option",
    Sound.RECORDING: "recording",
    Sound.THANKS: "thanks",
}


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the table: when, what, and what is to be said of it."""

    when: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class CallPageView:
    """The page of a call."""

    title: str
    outcome: str
    rating: str | None
    chart: CallChart | None
    description: str
    events: tuple[Event, ...]
    notes: tuple[str, ...]
    talk: tuple[Fact, ...]
    question: tuple[Fact, ...]
    allocation: tuple[tuple[str, str, bool], ...]
    answers: tuple[Fact, ...]


def call_page_view(words: Words, call: CallView) -> CallPageView:
    """Say a call."""
    when = words.day(call.day) if call.ended_at is None else words.moment(call.ended_at)
    outcome = outcome_name(words, call.outcome)
    events = tuple(_events(words, call))
    return CallPageView(
        title=when,
        outcome=outcome,
        rating=call.category,
        chart=call_chart(_talk_pieces(words, call), _played_pieces(words, call), _key_pieces(words, call)),
        description=" ".join(f"{each.when}: {each.what}." for each in events),
        events=events,
        notes=tuple(_notes(words, call)),
        talk=tuple(facts_of_talk(words, call)),
        question=tuple(facts_of_question(words, call)),
        allocation=drawn_from(words, call),
        answers=tuple(facts_of_answers(words, call)),
    )


def _talk_pieces(words: Words, call: CallView) -> list[Piece]:
    pieces = []
    if call.waits_from is not None and call.talks:
        end = call.talks[0].start
        length = words.seconds(end - call.waits_from)
        wait = words.gettext("waited %(length)s", length=length)
        pieces.append(Piece(call.waits_from, end, "waiting", wait, wait))
    for talk in call.talks:
        end = _end(talk)
        title = f"{talk.agent or words.gettext('nobody')}, {words.seconds(end - talk.start)}"
        if talk.is_credited:
            title = words.gettext("%(talk)s: this agent is credited", talk=title)
        kind = "talking credited" if talk.is_credited else "talking"
        pieces.append(Piece(talk.start, end, kind, talk.agent or "?", title))
    return pieces


def _end(talk: Talk) -> float:
    return max(talk.start, 0.0) if talk.end is None else talk.end


def _played_pieces(words: Words, call: CallView) -> list[Piece]:
    if call.replay is None or not call.replay.is_faithful:
        return []
    return [
        Piece(
            span.start_ms / 1000,
            span.end_ms / 1000,
            _SPAN_KINDS.get(span.sound, "spoken"),
            _span_label(words, span),
            f"{_span_text(words, span)}, {_span_length(words, span)}",
            span.is_cut,
            span.press or "",
        )
        for span in call.replay.spans
    ]


def _key_pieces(words: Words, call: CallView) -> list[KeyPiece]:
    return [
        KeyPiece(
            each.press.lo_ms / 1000,
            each.press.hi_ms / 1000,
            each.press.key,
            "answer" if each.role is KeyRole.ANSWER else "other",
            f"{_key_text(words, each)}, {_key_moment(words, each)}",
        )
        for each in call.keys
        if each.press.lo_ms is not None and each.press.hi_ms is not None
    ]


def _span_label(words: Words, span: PlayedSpan) -> str:
    if span.sound is Sound.OPTION and span.press is not None:
        return f"{span.press} {span.category}"
    short = {Sound.PAUSE: "", Sound.SILENCE: words.gettext("silence")}
    return short.get(span.sound, words.gettext(SOUNDS[span.sound]))


def _span_text(words: Words, span: PlayedSpan) -> str:
    said = words.gettext(SOUNDS[span.sound])
    if span.sound is Sound.OPTION and span.press is not None:
        said = words.gettext("option “%(category)s”, key %(key)s", category=span.category, key=span.press)
    return words.gettext("%(what)s, cut short", what=said) if span.is_cut else said


def _span_length(words: Words, span: PlayedSpan) -> str:
    return words.gettext("%(n)s s", n=words.number((span.end_ms - span.start_ms) / 1000, 1))


def _key_text(words: Words, key: KeyPlayed) -> str:
    return words.gettext("key %(key)s: %(role)s", key=key.press.key, role=words.gettext(KEY_ROLES[key.role]))


def _key_moment(words: Words, key: KeyPlayed) -> str:
    lo, hi = key.press.lo_ms, key.press.hi_ms
    if lo is None or hi is None:
        return words.gettext("moment not known")
    if lo == hi:
        return _at(words, lo / 1000)
    return words.gettext("between %(lo)s and %(hi)s", lo=_at(words, lo / 1000), hi=_at(words, hi / 1000))


def _at(words: Words, seconds: float) -> str:
    """Return a moment of the question; before its first word it has a true minus sign."""
    shown = words.number(abs(seconds), 1)
    return words.gettext("%(n)s s", n=f"{MINUS}{shown}" if seconds <= -_ROUND else shown)


def _events(words: Words, call: CallView) -> Iterator[Event]:
    """Tell the call in order; seconds count from the question's first word."""
    timed: list[tuple[float, Event]] = []
    for piece in _talk_pieces(words, call):
        length = words.seconds(piece.end - piece.start)
        before = words.gettext("%(length)s before", length=words.seconds(-piece.start))
        timed.append((piece.start, Event(before, piece.title, length)))
    if call.replay is not None and call.replay.is_faithful:
        for span in call.replay.spans:
            start = span.start_ms / 1000
            timed.append((start, Event(_at(words, start), _span_text(words, span), _span_length(words, span))))
    for each in call.keys:
        moment, question = each.press.lo_ms, question_name(words, each.press.question)
        event = Event(_key_moment(words, each), _key_text(words, each), question)
        # What a key does follows it, though both have one moment.
        timed.append((float("inf") if moment is None else moment / 1000 - _FIRST, event))
    yield from (event for _, event in sorted(timed, key=lambda each: each[0]))
    yield Event("", outcome_name(words, call.outcome), "")


def _notes(words: Words, call: CallView) -> Iterator[str]:
    if call.is_test:
        yield words.gettext("This was a test call. It counts in no figure.")
    if call.is_imported:
        yield words.gettext(
            "This call came from a file, which tells less than a live call: the talk of the credited agent only, and "
            "of the keys what the file had."
        )
    if call.is_own:
        yield words.gettext(
            "The time of day, the length of the talk and other agents are not shown, so that the rating cannot be "
            "traced to a caller."
        )
    if call.replay is not None:
        if not call.replay.is_faithful:
            yield words.gettext("What was played cannot be worked out from the keys that are known of this call.")
        else:
            yield words.gettext(
                "What was played is worked out from the layout and the keys; it may be off by some tenths of a second."
            )
            if not call.is_exact_layout:
                yield words.gettext(
                    "The version of the layout that was played is not kept here; today's stands in for it, so the "
                    "lengths of the prompts may have been others."
                )

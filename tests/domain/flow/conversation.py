"""Conversations with the flow as text: ``>`` what happened, ``<`` what the flow wants done next.

One ``>`` line is what one command brought; several events of it stand behind one another, with ``;`` between. The
``layout`` line says what is asked: ``then=solved-12,comment`` after every answer, ``worst=reason-12`` after the worst.
"""

import re
from dataclasses import replace

from ivr.domain.flow.commands import Command, Finish, Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.events import (
    AnswerKept,
    CallerLeft,
    CommentKept,
    Event,
    KeyHeard,
    LineLost,
    Played,
    PromptFailed,
    Recorded,
)
from ivr.domain.flow.interview import Interview
from ivr.domain.layouts import DTMF_KEYS, BargeIn, Layout
from ivr.domain.timelines import LayoutVersion
from tests.specimens import COMMENT, CONFIRMATION, layout, questionnaire, reason, recommend, solved

_KEY = re.compile(r"key (?P<key>\S)(?: at (?P<lo>-?\d+)(?:\.\.(?P<hi>-?\d+))?)?(?: heard (?P<heard>\d+))?")
_RECORDED = re.compile(r"recorded (?P<ms>\d+)(?: as (?P<file>\S+))?")
_WORDS: dict[str, Event] = {
    "played": Played(),
    "kept": AnswerKept(),
    "comment kept": CommentKept(),
    "caller left": CallerLeft(),
    "line lost": LineLost(),
    "prompt failed": PromptFailed(),
}


def replay(transcript: str) -> str:
    """Carry out the ``layout`` and ``>`` lines of ``transcript``; return it with the flow's own ``<`` lines.

    A line that begins with ``=`` is how a further question ended without an answer.
    """
    interview: Interview | None = None
    is_gone = False
    said: list[str] = []
    for line in transcript.splitlines():
        if line.startswith(("<", "=")):
            continue
        said.append(line)
        missed = () if interview is None else interview.missed
        if line.startswith("layout"):
            interview = _begin(dict(part.split("=") for part in line.split()[1:]))
        elif line.startswith(">"):
            assert interview is not None
            events = [_event(text) for text in line[2:].split("; ")]
            interview = _after(interview, events, is_gone=is_gone)
            is_gone = is_gone or any(isinstance(event, KeyHeard) and event.hi_ms is None for event in events)
        else:
            continue
        said += [
            f"= {each.question} {each.status} options_heard={each.options_heard}"
            for each in interview.missed[len(missed) :]
            if each.question != "primary"
        ]
        said.append(f"< {_said(interview.command)}")
    return "\n".join(said) + "\n"


def _after(interview: Interview, events: list[Event], *, is_gone: bool) -> Interview:
    # Nothing is carried out for a caller who is gone.
    if isinstance(interview.command, Play | Hush | Record | Finish) and not is_gone:
        return interview.happened(events)
    for event in events:
        interview = interview.step(event)
    return interview


def _begin(options: dict[str, str]) -> Interview:
    version = _version(options)
    return Interview.begin(
        version, float(options.get("delay", "0")), asks_again=version.layout.confirmation is not None
    )


def _version(options: dict[str, str]) -> LayoutVersion:
    after_reason = _names(options.get("reason", ""))
    further = (
        solved(then=_names(options.get("solved", "")), barge_in=BargeIn.everywhere(options.get("barge_in") != "no")),
        reason(comment=COMMENT if "comment" in after_reason else None, then=after_reason),
        recommend(),
    )
    return questionnaire(_primary(options), *further)


def _primary(options: dict[str, str]) -> Layout:
    spoken = (
        replace(recommend(), key="primary-11")
        if options.get("scale") == "11"
        else layout(
            pause_seconds=float(options.get("pause", "0")),
            max_tries=int(options.get("max_tries", "2")),
            barge_in=options.get("barge_in", "yes") != "no",
        )
    )
    worst = _names(options.get("worst", ""))
    then = _names(options.get("then", ""))
    return replace(
        spoken,
        options=tuple(replace(each, then=worst) if each.category == 0 else each for each in spoken.options),
        then=then,
        comment=COMMENT if "comment" in (*worst, *then) else None,
        confirmation=CONFIRMATION if "confirm" in options else None,
        repeat_key=options.get("repeat"),
        max_repeats=int(options.get("max_repeats", "2")),
        max_invalid=int(options["max_invalid"]) if "max_invalid" in options else None,
        max_no_key=int(options["max_no_key"]) if "max_no_key" in options else None,
        opted_out="opted-out" if "opted_out" in options else None,
        barge_in=BargeIn(intro=False) if options.get("barge_in") == "not-the-intro" else spoken.barge_in,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _event(text: str) -> Event:
    if text in _WORDS:
        return _WORDS[text]
    recorded = _RECORDED.fullmatch(text)
    if recorded is not None:
        return Recorded(int(recorded["ms"]), recorded["file"])
    match = _KEY.fullmatch(text)
    assert match is not None, text
    key, lo, hi, heard = match.group("key", "lo", "hi", "heard")
    return KeyHeard(
        key,
        None if lo is None else int(lo),
        None if lo is None else int(hi or lo),
        None if heard is None else int(heard),
    )


def _said(command: Command) -> str:
    match command:
        case Play(prompt, milliseconds, keys):
            return f"play {prompt} {milliseconds}{_without(keys)}"
        case Hush(milliseconds, keys):
            return f"hush {milliseconds}{_without(keys)}"
        case Record(question, milliseconds, silence_milliseconds, finish_key, audio, _):
            return (
                f"record {milliseconds} silence={silence_milliseconds} until={finish_key} as {audio} after {question}"
            )
        case KeepAnswer(key, category, press_ms, options_heard, question, _):
            said = f"keep {key} category={category} press_ms={press_ms} options_heard={options_heard}"
            return said if question == "primary" else f"{said} of {question}"
        case KeepComment(question, file, _, milliseconds, days):
            return f"keep comment {file} {milliseconds} after {question} for {days} days"
        case Finish(status, options_heard):
            return f"finish {status} options_heard={options_heard}"


def _without(keys: str) -> str:
    return {DTMF_KEYS: "", "": " without keys"}[keys]

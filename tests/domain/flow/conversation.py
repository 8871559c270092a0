"""Conversations with the flow as text: ``>`` what happened, ``<`` what the flow wants done next.

``before=1@-300`` in the layout's line: the question before was answered with 1, 300 ms before this one's clock.
"""

import re

from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Command, Finish, Hush, KeepAnswer, Play
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.machine import Flow
from ivr.domain.layouts import DTMF_KEYS
from tests.specimens import layout, version

_KEY = re.compile(r"key (?P<key>\S)(?: at (?P<lo>-?\d+)(?:\.\.(?P<hi>-?\d+))?)?(?: heard (?P<heard>\d+))?")
_WORDS: dict[str, Event] = {
    "played": Played(),
    "kept": AnswerKept(),
    "caller left": CallerLeft(),
    "line lost": LineLost(),
    "prompt failed": PromptFailed(),
}


def replay(transcript: str) -> str:
    """Carry out the ``layout`` and ``>`` lines of ``transcript``; return it with the flow's own ``<`` lines."""
    flow: Flow | None = None
    said: list[str] = []
    for line in transcript.splitlines():
        if line.startswith("<"):
            continue
        said.append(line)
        if line.startswith("layout"):
            flow = _begin(dict(part.split("=") for part in line.split()[1:]))
        elif line.startswith(">"):
            assert flow is not None
            flow = flow.step(_event(line[2:]))
        else:
            continue
        said.append(f"< {_said(flow.command)}")
    return "\n".join(said) + "\n"


def _begin(options: dict[str, str]) -> Flow:
    spoken = layout(
        pause_seconds=float(options.get("pause", "0")),
        max_tries=int(options.get("max_tries", "2")),
        barge_in=options.get("barge_in", "yes") == "yes",
    )
    return Flow.begin(version(spoken), float(options.get("delay", "0")), _guard(options.get("before")))


def _guard(before: str | None) -> BounceGuard | None:
    if before is None:
        return None
    key, _, moment = before.partition("@")
    guard, _ = BounceGuard().hear(KeyHeard(key, int(moment), int(moment)))
    return guard


def _event(text: str) -> Event:
    if text in _WORDS:
        return _WORDS[text]
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
        case KeepAnswer(key, category, press_ms, options_heard):
            return f"keep {key} category={category} press_ms={press_ms} options_heard={options_heard}"
        case Finish(status, options_heard):
            return f"finish {status} options_heard={options_heard}"


def _without(keys: str) -> str:
    return {DTMF_KEYS: "", "": " without keys"}[keys]

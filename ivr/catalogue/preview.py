"""Preview: a questionnaire as it will sound, with the moment of each part.

The order is that in which a person wants to hear it. First the question as a caller hears it who presses nothing, up
to the end of the wait: intro, choices, pauses. Then, one by one, what can come instead of that silence or after it:
the replies, the confirmation, the comment, each further question with its own choices. The thanks come last, as they
do in a call. What is said in several places is told once.
"""

from collections.abc import Iterator, Mapping

from ivr.catalogue.transcripts import Transcripts
from ivr.domain.layouts import COMMENT, Layout, Option
from ivr.domain.previews import Part, PreviewLine
from ivr.domain.timelines import LayoutVersion


def preview_layout(
    version: LayoutVersion, transcripts: Transcripts | None = None, *, delay_seconds: float = 0.0
) -> tuple[PreviewLine, ...]:
    """Return ``version`` with all that can follow it; ``delay_seconds`` is the silence before the first prompt."""
    teller = _Teller({} if transcripts is None else transcripts.texts, version)
    return tuple(teller.call(delay_seconds))


class _Teller:
    """Tells one questionnaire; remembers which questions and replies have been told."""

    def __init__(self, texts: Mapping[str, str], first: LayoutVersion) -> None:
        self._texts = texts
        self._first = first
        self._told: set[str] = set()

    def call(self, delay: float) -> Iterator[PreviewLine]:
        first = self._first
        if delay:
            yield PreviewLine(Part.PAUSE, -delay, delay, "[silence, keys are taken]", layout=first.layout.key)
        yield from self._question(first, 0)
        yield from self._spoken(Part.REPLY, first, 0, first.layout.thanks, "[after a choice] ")

    def _question(self, version: LayoutVersion, depth: int) -> Iterator[PreviewLine]:
        layout = version.layout
        self._told.add(layout.key)
        yield from self._reading(version, depth)
        replies = [("no key", layout.no_key), ("another key", layout.invalid)]
        if layout.opted_out is not None and depth == 0:  # whoever declines later hears the first layout's words
            replies.append((f"key {layout.opt_out_key}, which declines", layout.opted_out))
        for after, prompt in replies:
            if f"reply {prompt}" not in self._told:
                self._told.add(f"reply {prompt}")
                yield from self._spoken(Part.REPLY, version, depth, prompt, f"[after {after}] ")
        if layout.confirmation is not None and depth == 0:
            asked = f"[{layout.confirmation.probability:.0%} of the worst and best answers, then the choices again] "
            yield from self._spoken(Part.CONFIRM, version, depth, layout.confirmation.prompt, asked)
        for key, after in _followed_by(layout).items():
            if key == COMMENT:
                yield from self._comment(version, depth, after)
            elif key in self._first.further:
                yield from self._further(self._first.further[key], depth + 1, after)

    def _reading(self, version: LayoutVersion, depth: int) -> Iterator[PreviewLine]:
        layout = version.layout
        yield from self._spoken(Part.INTRO, version, depth, layout.intro, at=0.0)
        for option, end in zip(layout.options, version.timeline.option_end_seconds, strict=True):
            yield self._option(version, option, end, depth)
            if option.pause_after_seconds:
                pause, said = option.pause_after_seconds, "[silence, keys are taken]"
                yield PreviewLine(Part.PAUSE, end, pause, said, layout=layout.key, depth=depth)
        last = version.timeline.option_end_seconds[-1]
        tries = f"the choices are read {layout.max_tries} times at most"
        if layout.repeat_key is not None:
            tries += f", and {layout.max_repeats} times more by key {layout.repeat_key}"
        said = f"[waits for a key; {tries}]"
        yield PreviewLine(Part.WAIT, last, layout.timeout_seconds, said, layout=layout.key, depth=depth)

    def _option(self, version: LayoutVersion, option: Option, end: float, depth: int) -> PreviewLine:
        layout = version.layout
        plays = version.milliseconds(option.prompt) / 1000 if option.prompt else 0.0
        return PreviewLine(
            Part.OPTION,
            round(end - plays, 3),
            plays,
            self._said(option.prompt) if option.prompt else "[read by the recording before]",
            " or ".join(option.presses),
            layout.categories[option.category],
            layout.key,
            depth,
            option.prompt or None,
        )

    def _comment(self, version: LayoutVersion, depth: int, after: str) -> Iterator[PreviewLine]:
        comment = version.layout.comment
        if comment is not None:
            yield from self._spoken(Part.COMMENT, version, depth, comment.prompt, f"[{after}] ")
            said = f"[records until key {comment.finish_key} or {comment.silence_seconds:g} s of silence, at most]"
            key = version.layout.key
            yield PreviewLine(Part.WAIT, None, comment.longest_seconds, said, layout=key, depth=depth)

    def _further(self, version: LayoutVersion, depth: int, after: str) -> Iterator[PreviewLine]:
        layout = version.layout
        again = ", told above" if layout.key in self._told else ""
        said = f"[{after}: {layout.question}, layout {layout.key}{again}]"
        yield PreviewLine(Part.QUESTION, None, 0.0, said, layout=layout.key, depth=depth)
        if not again:
            yield from self._question(version, depth)

    def _spoken(
        self, part: Part, version: LayoutVersion, depth: int, prompt: str, when: str = "", at: float | None = None
    ) -> Iterator[PreviewLine]:
        seconds = version.milliseconds(prompt) / 1000
        said, key = when + self._said(prompt), version.layout.key
        yield PreviewLine(part, at, seconds, said, layout=key, depth=depth, recording=prompt)

    def _said(self, prompt: str) -> str:
        return self._texts.get(prompt, f"[{prompt}]")


def _followed_by(layout: Layout) -> dict[str, str]:
    """Return what can follow an answer, in the order in which it is asked, and after which answers."""
    keys: dict[str, list[str]] = {}
    for option in layout.options:
        for key in option.then:
            keys.setdefault(key, []).append(option.press)
    found = {key: f"after key {' or '.join(presses)}" for key, presses in keys.items()}
    return found | dict.fromkeys(layout.then, "after every answer")

"""Questionnaires of every kind, drawn: all scales, both directions, with and without all that a layout can have."""

from dataclasses import replace

from hypothesis import strategies as st

from ivr.domain.layouts import BargeIn, CommentRequest, Confirmation, Layout, Option
from ivr.domain.timelines import LayoutVersion, Recording, join_further, version_layout

SCALES = {2: "12", 3: "123", 5: "12345", 10: "1234567890", 11: "0123456789"}
_LENGTHS = (200, 700, 1500, 4000)


@st.composite
def options(draw: st.DrawFn, size: int) -> tuple[Option, ...]:
    """Return a scale in either direction, read one by one or as a whole; 11 points end with 10, which * may mean."""
    also = ("*",) if draw(st.booleans()) else ()
    presses = list(SCALES[size]) + (["10"] if size == 11 else [])
    if size == 10 and draw(st.booleans()):
        presses = [*"123456789", "10"]
    in_one = size > 3 and draw(st.booleans())
    pause = 0.0 if in_one else draw(st.sampled_from([0.0, 3.0]))
    is_reversed = draw(st.booleans())
    return tuple(
        Option(
            press,
            size - 1 - index if is_reversed else index,
            prompt="scale" if in_one and index == 0 else "" if in_one else f"option-{index}",
            pause_after_seconds=pause if index < size - 1 else 0.0,
            also=also if press == "10" else (),
            barge_in=draw(st.sampled_from([None, None, True, False])),
        )
        for index, press in enumerate(presses)
    )


@st.composite
def questions(draw: st.DrawFn, key: str, following: tuple[str, ...] = ()) -> Layout:
    """Return one question that may lead to ``following``, by an answer or by all."""
    size = draw(st.sampled_from(sorted(SCALES)))
    scale = draw(options(size))
    taken = {keyed for option in scale for keyed in option.presses}
    free = [each for each in ("#", "*", "9", "0", "8") if each not in taken]
    can_comment = draw(st.booleans()) and "#" in free
    by_answer, by_all = _split(draw, (*following, *(("comment",) if can_comment else ())))
    if by_answer:
        scale = (replace(scale[0], then=by_answer), *scale[1:])
    keys = [each for each in free if each != "#" or not can_comment]
    opt_out_key = draw(st.sampled_from([None, *keys[:1]]))
    repeat_key = draw(st.sampled_from([None, *keys[1:2]]))
    return Layout(
        key=key,
        language="en",
        question=key,
        categories=tuple(f"category-{index}" for index in range(size)),
        intro=f"{key}-intro",
        thanks="thanks",
        invalid="invalid",
        no_key="no-key",
        options=scale,
        opt_out_key=opt_out_key,
        max_tries=draw(st.integers(1, 3)),
        timeout_seconds=draw(st.sampled_from([1.0, 5.0])),
        barge_in=draw(st.builds(BargeIn, st.booleans(), st.booleans(), st.booleans(), st.booleans())),
        repeat_key=repeat_key,
        max_repeats=draw(st.integers(1, 2)),
        max_invalid=draw(st.sampled_from([None, 1, 2])),
        max_no_key=draw(st.sampled_from([None, 1, 2])),
        opted_out=draw(st.sampled_from([None, "opted-out"])),
        confirmation=draw(st.sampled_from([None, Confirmation("confirm", 0.5)])),
        comment=CommentRequest("say", longest_seconds=draw(st.sampled_from([1.0, 20.0])), silence_seconds=1.0)
        if can_comment
        else None,
        then=by_all,
    )


def _split(draw: st.DrawFn, named: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    of_answer = [draw(st.booleans()) for _ in named]
    pairs = list(zip(named, of_answer, strict=True))
    return tuple(name for name, mine in pairs if mine), tuple(name for name, mine in pairs if not mine)


@st.composite
def questionnaires(draw: st.DrawFn) -> LayoutVersion:
    """Return a call of up to four questions: the first leads to two, and the first of these to one more."""
    trees: dict[str, tuple[str, ...]] = draw(
        st.sampled_from(
            [
                {"first": ()},
                {"first": ("second",), "second": ()},
                {"first": ("second", "third"), "second": (), "third": ()},
                {"first": ("second", "third"), "second": ("fourth",), "third": (), "fourth": ()},
            ]
        )
    )
    layouts = [draw(questions(key, following)) for key, following in trees.items()]
    lengths = draw(st.lists(st.sampled_from(_LENGTHS), min_size=8, max_size=8))
    return joined(layouts, lengths)["first"]


def joined(layouts: list[Layout], lengths: list[int]) -> dict[str, LayoutVersion]:
    """Join ``layouts`` to each other, and to recordings of these ``lengths`` in milliseconds, in turns."""
    names = sorted({name for layout in layouts for name in layout.prompts()})
    recordings = {name: Recording(name, lengths[at % len(lengths)], f"sha-of-{name}") for at, name in enumerate(names)}
    return join_further({layout.key: version_layout(layout, recordings) for layout in layouts})

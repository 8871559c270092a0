"""Layouts: each thing that makes no sense is refused with its place and the remedy."""

from dataclasses import replace

import pytest

from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION
from ivr.domain.layouts import COMMENT, CommentRequest, Confirmation, Layout, Option
from ivr.errors import LayoutRefused

PLAIN = Layout(
    key="plain",
    language="en",
    question="satisfaction",
    categories=("dissatisfied", "so-so", "satisfied"),
    intro="intro",
    thanks="thanks",
    invalid="invalid",
    no_key="no-key",
    options=(Option("1", 2, "one", 3.0), Option("2", 1, "two"), Option("3", 0, "three")),
    opt_out_key="9",
)


def option(number: int, **changed: object) -> tuple[Option, ...]:
    """Return the options of the plain layout with option ``number`` changed."""
    options = list(PLAIN.options)
    options[number - 1] = replace(options[number - 1], **changed)  # type: ignore[arg-type]
    return tuple(options)


REFUSALS = {
    "two options on one key": (
        {"options": option(2, press="1")},
        "options[2].press: key 1 is already taken by options[1].press; give every option a key of its own",
    ),
    "an option on the opt-out key": (
        {"options": option(3, press="9")},
        "options[3].press: key 9 is already taken by opt_out_key; give every option a key of its own",
    ),
    "category above the best": (
        {"options": option(1, category=3)},
        "options[1].category: is 3, out of range; write 0 (worst: dissatisfied) to 2 (best: satisfied)",
    ),
    "category below the worst": ({"options": option(1, category=-1)}, "options[1].category: is -1, out of range"),
    "negative pause": (
        {"options": option(1, pause_after_seconds=-0.5)},
        "options[1].pause_after_seconds: is -0.5; write seconds from 0 to 10",
    ),
    "endless pause": ({"options": option(1, pause_after_seconds=10.1)}, "write seconds from 0 to 10"),
    "pause that is no number": ({"options": option(1, pause_after_seconds=float("nan"))}, "is nan; write seconds"),
    "pause after the last": (
        {"options": option(3, pause_after_seconds=1.0)},
        "options[3].pause_after_seconds: follows the last option; leave it out there and set timeout_seconds",
    ),
    "key that is two": ({"options": option(1, press="1*")}, "options[1].press: is '1*'; write one key of 0 1"),
    "key that no phone has": ({"options": option(1, press="A")}, "options[1].press: is 'A'; write one key"),
    "no key": ({"options": option(1, press="")}, "options[1].press: is ''; write one key"),
    "opt-out key that no phone has": ({"opt_out_key": "x"}, "opt_out_key: is 'x'; write one key"),
    "one option": ({"options": PLAIN.options[1:2]}, "options: has 1; write at least two [[options]]"),
    "one category": ({"categories": ("fine",)}, "categories: has 1; name at least two"),
    "a category twice": ({"categories": ("a", "b", "a")}, "categories: names one twice"),
    "no tries": ({"max_tries": 0}, "max_tries: is 0; write a number from 1 to 5"),
    "too many tries": ({"max_tries": 6}, "max_tries: is 6; write a number from 1 to 5"),
    "no time": ({"timeout_seconds": 0.0}, "timeout_seconds: is 0; write seconds above 0, at most 30"),
    "too much time": ({"timeout_seconds": 30.5}, "timeout_seconds: is 30.5; write seconds"),
    "a name that is a path": ({"key": "../x"}, "key: is '../x'; write letters, digits, - and _ only"),
    "no name": ({"key": ""}, "key: is ''; write letters"),
    "a language that is a path": ({"language": "en/x"}, "language: is 'en/x'; write letters"),
    "no question": ({"question": " "}, "question: is empty; write what the caller is asked"),
    "a name that means the comment": ({"key": "comment"}, "key: is 'comment', which stands for the recorded comment"),
    "two options on one key by also": (
        {"options": option(2, also=("1",))},
        "options[2].also: key 1 is already taken by options[1].press; give every option a key of its own",
    ),
    "an option with its key twice": (
        {"options": option(2, also=("2",))},
        "options[2].also: key 2 is already taken by options[2].press",
    ),
    "a further key that no phone has": ({"options": option(1, also=("*", "11"))}, "options[1].also: is '11'; write"),
    "an option on the repeat key": (
        {"options": option(3, press="*"), "repeat_key": "*"},
        "options[3].press: key * is already taken by repeat_key; give every option a key of its own",
    ),
    "the opt-out key repeats too": (
        {"repeat_key": "9"},
        "repeat_key: key 9 is already taken by opt_out_key; choose another key",
    ),
    "repeat key that no phone has": ({"repeat_key": "**"}, "repeat_key: is '**'; write one key"),
    "10 where 1 declines": (
        {"options": option(1, press="10"), "opt_out_key": "1"},
        "options[1].press: cannot be keyed: opt_out_key is 1, which is acted on before the 0 can come; give",
    ),
    "10 where 1 repeats": (
        {"options": option(1, press="*", also=("10",)), "repeat_key": "1"},
        "options[1].also: cannot be keyed: repeat_key is 1",
    ),
    "first choice that is read only once": (
        {"options": option(1, prompt="", pause_after_seconds=0.0)},
        "options[1].prompt: is missing, and the intro, which would have to read this choice, is heard only once; name",
    ),
    "first choice that no repetition reads": (
        {"options": option(1, prompt=""), "max_tries": 1, "repeat_key": "*"},
        "options[1].prompt: is missing",
    ),
    "first choice that no confirmation reads": (
        {"options": option(1, prompt=""), "max_tries": 1, "confirmation": Confirmation("confirm", 0.1)},
        "options[1].prompt: is missing",
    ),
    "a pause inside a recording": (
        {"options": option(2, prompt="")},
        "options[1].pause_after_seconds: would lie inside a recording, as options[2] has no prompt of its own; set it",
    ),
    "no repeats": ({"repeat_key": "*", "max_repeats": 0}, "max_repeats: is 0; write a number from 1 to 5"),
    "too many repeats": ({"max_repeats": 6}, "max_repeats: is 6; write a number from 1 to 5"),
    "no wrong key": ({"max_invalid": 0}, "max_invalid: is 0; write a number from 1 to 5, or leave it out"),
    "too many wrong keys": ({"max_invalid": 6}, "max_invalid: is 6; write a number"),
    "no silence": ({"max_no_key": 0}, "max_no_key: is 0; write a number from 1 to 5, or leave it out"),
    "no time for the call": ({"longest_seconds": 0.0}, "longest_seconds: is 0; write seconds above 0, at most 600"),
    "a call without end": ({"longest_seconds": 600.5}, "longest_seconds: is 600.5; write seconds above 0, at most 600"),
    "a bound that is no number": ({"longest_seconds": float("nan")}, "longest_seconds: is nan; write seconds"),
    "confirmation never": (
        {"confirmation": Confirmation("confirm", 0.0)},
        "confirmation.probability: is 0; write a probability above 0, at most 1, or leave [confirmation] out",
    ),
    "confirmation too often": ({"confirmation": Confirmation("c", 1.01)}, "confirmation.probability: is 1.01; write"),
    "confirmation of no number": (
        {"confirmation": Confirmation("c", float("nan"))},
        "confirmation.probability: is nan",
    ),
    "confirmation without words": (
        {"confirmation": Confirmation("", 0.1)},
        "confirmation.prompt: is empty; name the recording that asks for the answer once more",
    ),
    "confirmation of nothing": (
        {
            "options": tuple(replace(each, category=1) for each in PLAIN.options),
            "confirmation": Confirmation("confirm", 0.1),
        },
        "confirmation: confirms nothing: no option stands for the worst or the best category; leave [confirmation] out",
    ),
    "a comment that nothing asks for": (
        {"comment": CommentRequest("say-it")},
        'comment: is asked for by nothing; write then = ["comment"] at an option or at the layout, or leave',
    ),
    "a comment that is not there": (
        {"options": option(3, then=("comment",))},
        "options[3].then: names the comment, and there is no [comment]; write [comment] with it",
    ),
    "a comment twice": (
        {"options": option(3, then=("comment",)), "then": ("comment",), "comment": CommentRequest("say-it")},
        "options[3].then: names comment, which follows every answer already by the layout's own then; leave one",
    ),
    "a question twice": ({"then": ("solved", "solved")}, "then: names solved twice; name it once"),
    "itself": (
        {"options": option(1, then=("plain",))},
        "options[1].then: names plain, the layout itself; leave",
    ),
}

COMMENT_REFUSALS = {
    "no words": ({"prompt": ""}, "comment.prompt: is empty; name the recording that asks for the comment"),
    "no time": ({"longest_seconds": 0.5}, "comment.longest_seconds: is 0.5; write seconds from 1 to 300"),
    "too much time": ({"longest_seconds": 301.0}, "comment.longest_seconds: is 301; write seconds from 1 to 300"),
    "no silence": ({"silence_seconds": 0.0}, "comment.silence_seconds: is 0; write whole seconds from 1 to 30"),
    "a part of a second": (
        {"silence_seconds": 2.5},
        "comment.silence_seconds: is 2.5; write whole seconds from 1 to 30",
    ),
    "a silence longer than the comment": (
        {"longest_seconds": 5.0, "silence_seconds": 6.0},
        "comment.silence_seconds: is 6; write whole seconds from 1 to 5",
    ),
    "no silence that is a number": (
        {"silence_seconds": float("nan")},
        "comment.silence_seconds: is nan; write whole seconds from 1 to 30",
    ),
    "no key": ({"finish_key": ""}, "comment.finish_key: is ''; write one key"),
    "the key that declines": (
        {"finish_key": "9"},
        "comment.finish_key: key 9 is already taken by opt_out_key; choose another key",
    ),
    "a format that is none": ({"format": "mp3"}, "comment.format: is 'mp3'; write one of wav, wav16, gsm, ulaw, alaw"),
    "kept no day": ({"retention_days": 0}, "comment.retention_days: is 0; write days from 1 to 3650"),
    "kept for ever": ({"retention_days": 3651}, "comment.retention_days: is 3651; write days from 1 to 3650"),
}


@pytest.mark.parametrize(("changes", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_wrong_layout_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(LayoutRefused) as refused:
        replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", [PRIMARY_QUESTION, CONFIRMATION, COMMENT])
def test_a_name_under_which_answers_are_stored_already_is_no_key(name: str) -> None:
    with pytest.raises(LayoutRefused, match=f"key: is '{name}', which stands for the .*; choose another name"):
        replace(PLAIN, key=name)


@pytest.mark.parametrize(("changes", "sentence"), COMMENT_REFUSALS.values(), ids=COMMENT_REFUSALS.keys())
def test_a_wrong_comment_is_refused(changes: dict[str, object], sentence: str) -> None:
    asked = replace(PLAIN, then=("comment",), comment=CommentRequest("say-it"))
    with pytest.raises(LayoutRefused) as refused:
        replace(asked, comment=replace(CommentRequest("say-it"), **changes))  # type: ignore[arg-type]
    assert sentence in str(refused.value)


def test_a_scale_to_ten_takes_two_keys_for_its_last_answer() -> None:
    scale = tuple(Option(str(key), key, "scale" if key == 0 else "") for key in range(10))
    layout = replace(
        PLAIN, categories=tuple("abcdefghijk"), options=(*scale, Option("10", 10, also=("*",))), opt_out_key="#"
    )
    assert layout.takes_two_keys
    assert [layout.category_of(keyed) for keyed in ("0", "1", "10", "*", "#")] == [0, 1, 10, 10, None]


def test_the_intro_may_read_the_choices_where_they_are_read_once() -> None:
    options = (Option("1", 1), Option("2", 0))
    assert replace(PLAIN, options=options, max_tries=1).prompts() == ("intro", "invalid", "no-key", "thanks")


def test_what_can_follow_is_named_once_in_the_order_of_the_file() -> None:
    options = (replace(PLAIN.options[0], then=("b", "comment")), replace(PLAIN.options[1], then=("a", "b")))
    layout = replace(PLAIN, options=(*options, PLAIN.options[2]), then=("c",), comment=CommentRequest("say-it"))
    assert layout.leads_to() == ("b", "a", "c")


def test_the_category_of_a_key_comes_from_the_layout() -> None:
    assert [PLAIN.category_of(key) for key in "123"] == [2, 1, 0]
    assert PLAIN.category_of("9") is None
    assert PLAIN.best_category == 2


def test_star_and_hash_are_keys() -> None:
    layout = replace(PLAIN, options=option(1, press="*"), opt_out_key="#")
    assert layout.category_of("*") == 2


def test_a_layout_without_an_opt_out_key_may_use_9() -> None:
    assert replace(PLAIN, options=option(3, press="9"), opt_out_key=None).category_of("9") == 0


def test_two_options_may_share_a_category() -> None:
    assert replace(PLAIN, options=option(2, category=0)).category_of("2") == 0


def test_prompts_are_named_once_in_order_of_use() -> None:
    layout = replace(PLAIN, no_key="invalid")
    assert layout.prompts() == ("intro", "one", "two", "three", "invalid", "thanks")

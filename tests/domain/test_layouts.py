"""Layouts: each thing that makes no sense is refused with its place and the remedy."""

from dataclasses import replace

import pytest

from ivr.domain.layouts import Layout, Option
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
}


@pytest.mark.parametrize(("changes", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_wrong_layout_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(LayoutRefused) as refused:
        replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert sentence in str(refused.value)


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

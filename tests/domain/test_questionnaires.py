"""Questionnaires: what follows an answer exists, ends, asks nothing twice and speaks one language."""

from dataclasses import replace

import pytest

from ivr.domain.layouts import CommentRequest, Layout, Option
from ivr.domain.questionnaires import MOST_QUESTIONS, following, questionnaire_faults

ANY = Layout(
    key="any",
    language="en",
    question="satisfaction",
    categories=("bad", "good"),
    intro="intro",
    thanks="thanks",
    invalid="invalid",
    no_key="no-key",
    options=(Option("1", 1, "one"), Option("2", 0, "two")),
)


def layouts(**then: str) -> dict[str, Layout]:
    """Return layouts by key; ``a="b c / d"``: b and c after every answer to a, d after its key 2."""
    made: dict[str, Layout] = {}
    for key, written in then.items():
        every, _, second = written.partition("/")
        options = (ANY.options[0], replace(ANY.options[1], then=tuple(second.split())))
        made[key] = replace(ANY, key=key, options=options, then=tuple(every.split()))
    return made


def faults(given: dict[str, Layout], *unread: str) -> list[str]:
    return [f"{each.key}.{each.place}: {each.fault}; {each.remedy}" for each in questionnaire_faults(given, unread)]


def test_layouts_that_lead_nowhere_and_to_each_other_are_sound() -> None:
    assert faults(layouts(a="b / d", b="c", c="", d="")) == []
    assert faults({"any": replace(ANY, then=("comment",), comment=CommentRequest("say-it"))}) == []


def test_what_is_asked_after_an_answer_is_not_asked_again_after_every_answer() -> None:
    assert faults(layouts(a="b / c", b="c", c="")) == [
        "a.options[2].then: can ask c twice in one call, by c and by b; leave one of the two out"
    ]


def test_a_layout_that_does_not_exist_is_told_with_those_that_do() -> None:
    assert faults(layouts(a="c", b="/ zzz")) == [
        "a.then: names the layout 'c', which does not exist; write one that is there (b), or add c.toml",
        "b.options[2].then: names the layout 'zzz', which does not exist; write one that is there (a), or add zzz.toml",
    ]


def test_a_layout_whose_own_file_is_faulty_is_not_called_missing() -> None:
    assert faults(layouts(a="b"), "b") == []


def test_another_language_is_refused() -> None:
    given = layouts(a="b", b="")
    given["b"] = replace(given["b"], language="de")
    assert faults(given) == [
        "a.then: names b, which speaks 'de' and not 'en'; name a layout in 'en'; a call has one language"
    ]


def test_a_circle_is_told_by_each_layout_on_it_with_the_way_round() -> None:
    assert faults(layouts(a="b", b="/ c", c="a", d="a")) == [
        "a.then: leads back to where it began: a -> b -> c -> a; leave b out",
        "b.options[2].then: leads back to where it began: b -> c -> a -> b; leave c out",
        "c.then: leads back to where it began: c -> a -> b -> c; leave a out",
    ]


def test_a_question_may_be_reached_by_two_answers_and_not_twice_by_one() -> None:
    two_ways = layouts(a="", b="d", c="d", d="")
    options = (replace(ANY.options[0], then=("b",)), replace(ANY.options[1], then=("c",)))
    two_ways["a"] = replace(two_ways["a"], options=options)
    assert faults(two_ways) == []
    assert faults(two_ways | layouts(a="b c")) == [
        "a.then: can ask d twice in one call, by b and by c; leave one of the two out",
    ]


def chain(length: int) -> dict[str, Layout]:
    return layouts(**{f"q{number}": f"q{number + 1}" if number < length else "" for number in range(1, length + 1)})


def test_ten_questions_are_taken_and_eleven_refused_once() -> None:
    assert faults(chain(MOST_QUESTIONS)) == []
    assert faults(chain(MOST_QUESTIONS + 2)) == [
        "q2.then: makes 11 questions in one call; name fewer; a call has 10 at most"
    ]


def test_questions_are_counted_along_the_longest_answer_alone() -> None:
    many = {f"q{number}": "" for number in range(1, 19)}
    given = layouts(**many)
    first = tuple(f"q{number}" for number in range(1, 10))
    second = tuple(f"q{number}" for number in range(10, 19))
    options = (replace(ANY.options[0], then=first), replace(ANY.options[1], then=second))
    assert faults(given | {"a": replace(ANY, key="a", options=options)}) == []
    fuller = (options[0], replace(options[1], then=(*second, "q1")))
    assert faults(given | {"a": replace(ANY, key="a", options=fuller)}) == [
        "a.options[1].then: makes 11 questions in one call; name fewer; a call has 10 at most"
    ]


@pytest.mark.parametrize(("key", "found"), [("a", ("b", "d", "c")), ("b", ("c",)), ("c", ())])
def test_what_can_follow_is_found_over_several_steps(key: str, found: tuple[str, ...]) -> None:
    given = layouts(a="d / b", b="c", c="", d="c")
    assert following(given[key], given) == found

"""What is still to come in a call: in the order of the answers, and nothing twice."""

from dataclasses import replace

from ivr.domain.flow.agenda import Agenda, Item, primary
from tests.specimens import COMMENT, layout, questionnaire, reason, recommend, solved

BRANCHING = replace(
    layout(),
    then=("solved-12", "comment"),
    options=tuple(replace(each, then=("reason-12",) * (each.press == "3")) for each in layout().options),
    comment=COMMENT,
)


def walk(agenda: Agenda, keyed: dict[str, str]) -> list[str]:
    """Take everything that comes, answering as told."""
    said = []
    item, agenda = agenda.take()
    while item is not None:
        said.append(f"{item.name} comment" if item.is_comment else item.name)
        if not item.is_comment and item.name in keyed:
            agenda = agenda.answered(item, keyed[item.name])
        item, agenda = agenda.take()
    return said


def begun(first: str, *further: Item) -> Agenda:
    version = questionnaire(BRANCHING, solved(then=("recommend-11",)), reason(), recommend())
    return replace(Agenda(version), coming=further).answered(primary(version), first)


def test_what_follows_an_answer_comes_before_what_follows_every_answer() -> None:
    assert walk(begun("3"), {}) == ["reason-12", "solved-12", "primary comment"]
    assert walk(begun("1"), {}) == ["solved-12", "primary comment"]


def test_what_an_answer_leads_to_comes_before_what_was_waiting() -> None:
    assert walk(begun("1"), {"solved-12": "2"}) == ["solved-12", "recommend-11", "primary comment"]


def test_nothing_comes_twice() -> None:
    again = Item("solved-12", questionnaire(solved()))
    assert walk(begun("3", again, again), {}) == ["reason-12", "solved-12", "primary comment"]


def test_an_alias_leads_where_its_answer_does() -> None:
    scale = recommend()
    options = tuple(replace(each, then=("solved-12",) * (each.press == "10")) for each in scale.options)
    version = questionnaire(replace(scale, options=options), solved())
    assert walk(Agenda(version).answered(primary(version), "*"), {}) == ["solved-12"]
    assert walk(Agenda(version).answered(primary(version), "1"), {}) == []

"""Fields that nobody writes by hand: numbers without measure, keys without number."""

from pathlib import Path

import pytest

from ivr.catalogue.document import Fault, parse_document
from ivr.catalogue.fields import LARGEST, MOST_UNKNOWN, Fields


def fields_of(text: str) -> tuple[Fields, list[Fault]]:
    document = parse_document(Path("any.toml"), text)
    faults: list[Fault] = []
    return Fields(document, (), faults, document.table), faults


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 4000, str(LARGEST + 1), str(-LARGEST - 1)], ids=["hex", "above", "below"]
)
def test_a_whole_number_out_of_range_is_refused(number: str) -> None:
    fields, faults = fields_of(f"tries = {number}")
    assert fields.integer("tries", 2) == 2
    remedy = f"write one from {-LARGEST} to {LARGEST}, such as tries = 2"
    assert list(map(str, faults)) == [f"any.toml, line 1: tries: is out of range, a whole number; {remedy}"]


@pytest.mark.parametrize("number", [LARGEST, -LARGEST])
def test_a_whole_number_at_the_edge_is_read(number: int) -> None:
    fields, faults = fields_of(f"tries = {number}")
    assert (fields.integer("tries", 2), faults) == (number, [])


def test_a_number_without_measure_in_the_place_of_a_text_is_refused() -> None:
    fields, faults = fields_of("intro = 0x" + "f" * 4000)
    assert fields.text("intro", "", example="hello") == ""
    assert list(map(str, faults)) == [
        'any.toml, line 1: intro: is out of range, a whole number; write text in quotes, intro = "hello"'
    ]


def test_many_unknown_keys_are_told_by_their_number() -> None:
    fields, faults = fields_of("\n".join(f"k{number} = 1" for number in range(5000)))
    fields.allow(("press", "category"))
    assert len(faults) == MOST_UNKNOWN + 1
    assert str(faults[0]) == "any.toml: has 5000 unknown keys; write only press, category"
    assert (
        str(faults[1]) == "any.toml, line 1: k0: is no key of this table; leave it out, or write one of press, category"
    )


def test_a_few_unknown_keys_are_told_one_by_one() -> None:
    fields, faults = fields_of("pres = 1\ncategorie = 1\nother = 1")
    fields.allow(("press", "category"))
    assert [fault.remedy for fault in faults] == [
        "write press",
        "write category",
        "leave it out, or write one of press, category",
    ]

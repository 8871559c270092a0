"""Call references: the same for the same call, and open to nobody without the key."""

import re

import pytest

from ivr.privacy.call_references import CallReferences
from ivr.privacy.pepper import Pepper

TEXT = "call\ndefault\n1772452800.7"


@pytest.fixture
def references():
    return CallReferences(Pepper(b"p" * 32))


def test_what_was_closed_opens_again_and_is_the_same_each_time(references):
    for text in (TEXT, "", "zürich 王\n/?#"):
        assert references.open(references.close(text)) == text
        assert references.close(text) == references.close(text)


def test_a_reference_stands_in_an_address_as_it_is(references):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", references.close(TEXT))


def test_it_tells_nothing_of_when_the_call_was(references):
    near, far = (references.close(f"call\ndefault\n{second}.7") for second in (1772452800, 1772452801))
    assert near[:32] != far[:32]


@pytest.mark.parametrize("made_up", ["", "abc", "A" * 90, "=", "ü", "a b", "."])
def test_what_was_made_up_does_not_open(references, made_up):
    assert references.open(made_up) is None


def test_what_was_changed_does_not_open_nor_what_another_site_has_closed(references):
    closed = references.close(TEXT)
    changed = closed[:-2] + ("A" if closed[-2] != "A" else "B") + closed[-1]
    assert references.open(changed) is None
    assert CallReferences(Pepper(b"q" * 32)).open(closed) is None

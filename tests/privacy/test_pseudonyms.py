import hashlib
import hmac

import pytest

from ivr.errors import SettingsRefused
from ivr.privacy.pepper import Pepper
from ivr.privacy.pseudonyms import Pseudonyms

SECRET = bytes(range(32))


@pytest.fixture
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(Pepper(SECRET), "DE")


def hashed(text: str) -> str:
    return "h1:" + hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "written",
    [
        "+49 30 1234567",
        "030 1234567",
        "0301234567",
        "(030) 123-45.67",
        "0049301234567",
        "+49301234567",
        " tel:+49301234567",
    ],
)
def test_one_number_has_one_pseudonym_however_it_is_written(written: str, pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.of_number(written) == hashed("+49301234567")
    assert pseudonyms.of_identifier(written) == hashed("+49301234567")


def test_the_region_says_where_a_national_number_is_at_home() -> None:
    assert Pseudonyms(Pepper(SECRET), "FR").of_number("0123456789") == hashed("+33123456789")


@pytest.mark.parametrize("region", ["DE", "US"])
def test_extensions_are_callers_of_their_own(region: str) -> None:
    pseudonyms = Pseudonyms(Pepper(SECRET), region)
    distinct = {pseudonyms.of_number(extension) for extension in ("101", "102", "2001", "49101")}
    assert len(distinct) == 4
    assert None not in distinct


@pytest.mark.parametrize(
    "text",
    ["", " ", "anonymous", "Anonymous", "unknown", "<unknown>", "Restricted", "+", "5", "sip:ann", "1800FLOWERS"],
)
def test_what_is_no_number_has_no_pseudonym_on_the_telephone(text: str, pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.of_number(text) is None


@pytest.mark.parametrize("text", ["customer-17", "ann@example.org", "h1:ab", "H1:" + "ab" * 32, "李"])
def test_a_file_may_identify_callers_by_any_text(text: str, pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.of_identifier(text) == hashed(text)


def test_a_pseudonym_is_taken_as_it_is(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.of_identifier(hashed("x")) == hashed("x")


@pytest.mark.parametrize("text", ["", "anonymous", "Unknown", " private "])
def test_a_file_that_says_no_number_makes_no_common_caller(text: str, pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.of_identifier(text) is None


def test_another_pepper_gives_other_pseudonyms(pseudonyms: Pseudonyms) -> None:
    other = Pseudonyms(Pepper(bytes(32)), "DE")
    assert other.of_number("+49301234567") != pseudonyms.of_number("+49301234567")


@pytest.mark.parametrize("region", ["", "de", "XX", "Germany"])
def test_an_unknown_region_is_refused(region: str) -> None:
    with pytest.raises(SettingsRefused, match="write the two capital letters of a country"):
        Pseudonyms(Pepper(SECRET), region)


@pytest.mark.parametrize(
    ("written", "is_dialable"),
    [
        ("030 123456", True),
        ("+1 212 555 0123", True),
        ("4021", True),
        ("1234567890123456789", False),
        ("+49 30", False),
    ],
)
def test_what_can_be_anybodys_number(written: str, *, is_dialable: bool, pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.is_dialable(written) is is_dialable


def test_words_are_nobodys_number(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.is_dialable("anonymous") is False

"""Weak passwords: what is guessed first is refused, and what people should take is not."""

import secrets

import pytest

from ivr.domain.weak_passwords import weakness


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@ssw0rd1234",
        "password password",
        "welcome12345",
        "Welcome2026!!",
        "admin1234567",
        "letmein!!2026",
        "iloveyou1234",
        "Summer2026!!!",
        "callcenter2026",
        "changeme12345",
        "superman1234!",
        "football12345",
        "dashboard2026!",
        "m1cr0s0ft2026",
    ],
)
def test_common_words_in_disguise_are_refused(password: str) -> None:
    assert weakness(password, "ann") == "is among those that are guessed first"


@pytest.mark.parametrize(
    "password",
    ["123456789012", "qwertyuiop12", "1q2w3e4r5t6y", "1qaz2wsx3edc", "abcdefghijkl", "0987654321098", "asdfghjkl123"],
)
def test_runs_along_the_keyboard_are_refused(password: str) -> None:
    assert weakness(password, "ann") == "runs along the keyboard or counts"


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abababababab", "a1!a1!a1!a1!"])
def test_few_characters_are_refused(password: str) -> None:
    assert weakness(password, "ann") == "is made of few characters, again and again"


@pytest.mark.parametrize("password", ["kq7vxkq7vxkq7vx", "tuesdaytuesday", "passwordpassword"])
def test_the_same_again_is_refused(password: str) -> None:
    assert weakness(password, "ann") == "is the same again and again"


@pytest.mark.parametrize(
    ("password", "name"),
    [("anna.schmidt1", "anna.schmidt"), ("Schmidt-2026", "anna.schmidt"), ("xx-bartholomew", "bartholomew")],
)
def test_ones_own_name_is_refused(password: str, name: str) -> None:
    assert weakness(password, name) == "is little more than your own name"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "correct horse battery staple",
        "twelve chars",
        "Der Hund bellt nachts",
        "我的密码是一个很长的句子吧",
        "tr0ub4dor&3x",
        "my password is not the word",
        "3dX!kq-902Lm",
        "a" * 3 + "Zebra lamp 9 violin",
    ],
)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert weakness(password, "sam") is None


def test_made_passwords_are_taken() -> None:
    assert [made for made in (secrets.token_urlsafe(15) for _ in range(2000)) if weakness(made, "ann")] == []


def test_the_longest_password_is_looked_through_soon() -> None:
    assert weakness("password the sun " * 60, "ann") is not None
    assert weakness("password and the sun " * 48, "x" * 64) is not None

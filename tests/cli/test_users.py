"""``ivr user`` and ``ivr token`` as an administrator has them."""

import json
import re

import pytest

from .conftest import CommandLine

PEOPLE = "person,name,interface,team,from,to\nana,Ana,PJSIP/1,north,2026-01-01,\nbea,Bea,PJSIP/2,south,2026-01-01,\n"


@pytest.fixture
def house(ivr: CommandLine) -> CommandLine:
    """The command, with two teams."""
    ivr("people", "import", ivr.file("people.csv", PEOPLE)).ok()
    return ivr


def row(house: CommandLine, name: str) -> str:
    """Return the line of ``ivr user list`` that tells of ``name``, with single blanks."""
    lines = [re.sub(r"\s+", " ", line.strip()) for line in house("user", "list").ok().splitlines()]
    return next(line for line in lines if line.startswith(f"{name} "))


def test_a_user_of_each_role_is_added_and_listed(house: CommandLine) -> None:
    for name, role, more, said in (
        ("vera", "viewer", (), ""),
        ("ana", "agent", ("--person", "ana"), ""),
        ("sam", "supervisor", ("--team", "north", "--team", "south"), ""),
        ("olga", "operator", (), "ivr: `operator` is an old word; the user is made ops and admin\n"),
    ):
        added = house("user", "add", name, "--role", role, *more)
        assert added.err == said
        told, password = added.ok().split()
        assert told == name
        assert len(password) >= 12
    shown = [re.sub(r"\s+", " ", line.strip()) for line in house("user", "list").ok().splitlines()]
    assert shown[-4:] == [
        "ana agent ana no 0 0",
        "olga admin, ops everybody no 0 0",
        "sam supervisor north, south no 0 0",
        "vera viewer everybody no 0 0",
    ]


def test_a_supervisor_without_a_team_is_told_what_to_do(house: CommandLine) -> None:
    added = house("user", "add", "sam", "--role", "supervisor")
    added.ok()
    assert added.err == (
        "ivr: sam leads no team yet and so sees nothing; give one with `ivr user lead sam --team TEAM`\n"
    )
    assert row(house, "sam").startswith("sam supervisor nobody")
    assert house("user", "lead", "sam", "--team", "north").err == ""
    later = house("user", "lead", "sam", "--team", "nroth", "--from", "2099-01-01")
    assert "has belonged to the team 'nroth' so far; those known are north, south" in later.err
    assert row(house, "sam").startswith("sam supervisor north")
    house("user", "lead", "sam", "--team", "south", "--from", "2026-01-01", "--to", "2026-01-31").ok()
    assert row(house, "sam").startswith("sam supervisor north")
    assert (
        "write a later 'to' than 'from'"
        in house("user", "lead", "sam", "--team", "south", "--from", "2026-02-01", "--to", "2026-01-31").refused()
    )
    house("user", "roles", "sam", "--role", "ops").ok()
    assert row(house, "sam").startswith("sam ops nobody")
    assert '"sam" is no supervisor; give the role first' in house("user", "lead", "sam", "--team", "north").refused()


def test_a_password_of_ones_own_comes_by_stdin(house: CommandLine) -> None:
    given = house.with_stdin("correct horse battery\n", "user", "add", "sam", "--role", "ops", "--password-stdin")
    assert (given.code, given.out, given.err) == (0, "", "")
    weak = house.with_stdin("password1234\n", "user", "add", "eve", "--role", "ops", "--password-stdin")
    assert "the password is among those that are guessed first" in weak.refused()


def test_a_user_is_disabled_enabled_and_given_a_new_password(house: CommandLine) -> None:
    first = house("user", "add", "sam", "--role", "ops").ok().split()[1]
    assert house("user", "disable", "sam").err == "sam cannot sign in any more\n"
    assert " disabled " in row(house, "sam") + " "
    assert house("user", "enable", "sam").err == "sam can sign in again\n"
    assert "disabled" not in row(house, "sam")
    name, second = house("user", "password", "sam").ok().split()
    assert name == "sam"
    assert second != first
    assert "nothing to reset" in house("user", "reset-totp", "sam").refused()
    assert house("user", "sign-out", "--all").err == "0 sessions ended\n"
    assert house("user", "sign-out").code == 2
    assert house("user", "unlock", "sam").err == "0 failed tries of sam forgotten\n"
    assert 'there is no user "eve"; `ivr user list` shows them' in house("user", "disable", "eve").refused()


def test_a_token_is_shown_once_and_revoked(house: CommandLine) -> None:
    house("user", "add", "sam", "--role", "supervisor", "--team", "north").ok()
    made = house("token", "create", "--user", "sam", "--scope", "figures", "--days", "30", "--name", "board")
    secret = made.ok().strip()
    assert re.fullmatch(r"ivr_[\w-]{43}", secret)
    token_id = re.match(r"token (\w+) of sam, good until ", made.err)[1]
    listed = house("token", "list").ok()
    assert token_id in listed
    assert "board" in listed
    assert secret not in listed
    assert secret.encode() not in b"".join(path.read_bytes() for path in house.folder.glob("ivr.db*"))
    assert house("token", "revoke", token_id).err == f"token {token_id} of sam (board) opens nothing any more\n"
    assert "may have been revoked already" in house("token", "revoke", token_id).refused()
    assert "there is no token; make one" in house("token", "list").err


def test_a_new_password_ends_the_tokens(house: CommandLine) -> None:
    house("user", "add", "sam", "--role", "supervisor", "--team", "north").ok()
    house("token", "create", "--user", "sam", "--scope", "figures", "--days", "30", "--name", "board").ok()
    house("user", "password", "sam").ok()
    assert "there is no token; make one" in house("token", "list").err
    newest = json.loads(house("audit", "show", "--format", "json").ok())[:2]
    assert sorted(each["event"] for each in newest) == ["password_changed", "token_revoked"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--user", "eve", "--scope", "figures", "--days", "1"), 'there is no user "eve"'),
        (("--user", "sam", "--scope", "system", "--days", "1"), "cannot have the scope system; choose among figures"),
        (("--user", "sam", "--scope", "figures", "--days", "367"), "good for 1 to 366 days, not 367"),
    ],
)
def test_a_token_that_will_not_do_is_refused(house: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    house("user", "add", "sam", "--role", "supervisor", "--team", "north").ok()
    assert said in house("token", "create", *arguments).refused()


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "sam", "--role", "king"),
        ("token", "create", "--user", "sam", "--scope", "accounts", "--days", "1"),
    ],
)
def test_a_word_that_is_none_is_wrong_usage(ivr: CommandLine, arguments: tuple[str, ...]) -> None:
    ended = ivr(*arguments)
    assert ended.code == 2
    assert "give one of" in ended.err
    assert "Traceback" not in ended.err

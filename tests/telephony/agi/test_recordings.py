"""Where a recording goes, and what it is called."""

from pathlib import PurePosixPath

import pytest

from ivr.domain.calls import CallId
from ivr.domain.flow.commands import Record
from ivr.telephony.agi.recordings import Recordings, is_shortened, named_in
from ivr.telephony.agi.session import VERBS, AllowedVerbs

FOLDER = PurePosixPath("/var/spool/ivr-rating")
COMMENT = Record("primary", 30_000, 4000, "#", "wav", 90)


def name(pbx: str, uniqueid: str, question: str) -> str:
    return Recordings(FOLDER, CallId(pbx, uniqueid)).file_of(question)


def test_a_recording_is_named_after_its_call_and_question() -> None:
    assert name("madrid", "1700000000.1", "primary") == "madrid+1700000000.1+primary"


@pytest.mark.parametrize(
    "uniqueid", ["../../etc/x", "a b", 'a"b', "a\\b", "a/b", "ä", "a\nb", "a+b", "\N{SNOWMAN}" * 150]
)
def test_no_name_leaves_the_folder_or_breaks_the_command(uniqueid: str) -> None:
    recordings = Recordings(FOLDER, CallId("madrid", uniqueid))
    file = recordings.file_of("primary")
    assert not set(file) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_+~")
    assert len(file) <= 200
    verb, data = AllowedVerbs(VERBS).checked(recordings.command(COMMENT))
    assert verb == "RECORD FILE"
    assert data.count(b"\n") == 1


def test_two_calls_never_share_a_name() -> None:
    pairs = [
        ("a+b", "c"),
        ("a", "b+c"),
        ("a_2b", "b"),
        ("a", "_2bb"),
        ("a", "b_"),
        ("a", "b_5f"),
        ("a", "x" * 300),
        ("a", "x" * 301),
    ]
    assert len({name(pbx, uniqueid, "primary") for pbx, uniqueid in pairs}) == len(pairs)


def test_a_folder_with_a_quote_or_a_space_stays_one_word() -> None:
    recordings = Recordings(PurePosixPath('/my "spool"/c\\d'), CallId("madrid", "1.1"))
    assert recordings.command(COMMENT) == ('RECORD FILE "/my \\"spool\\"/c\\\\d/madrid+1.1+primary" wav "#" 30000 s=4')


@pytest.mark.parametrize("uniqueid", ["1.1", "a_b", "a+b", "ä/é", "_41", "\N{SNOWMAN}", "asterisk-1700000000.1"])
def test_a_name_leads_back_to_its_call(uniqueid: str) -> None:
    call = CallId("madrid", uniqueid)
    assert named_in(Recordings(FOLDER, call).file_of("solved-12")) == (call, "solved-12")


@pytest.mark.parametrize(
    "file",
    [
        "",
        "msg0001",
        "a+b",
        "a++c",
        "a+b+c+d",
        "a b+1.1+primary",
        "a+_ff+primary",
        "a+1_00+primary",
        "a+_0a+x",
        "a+1.1+_c2_85",
    ],
)
def test_what_nobody_recorded_here_leads_to_no_call(file: str) -> None:
    assert named_in(file) is None
    assert named_in(Recordings(FOLDER, CallId("madrid", "x" * 300)).file_of("primary")) is None


def test_a_shortened_name_is_known_as_one() -> None:
    assert is_shortened(name("madrid", "x" * 300, "primary"))
    assert is_shortened(name("madrid", "\N{SNOWMAN}" * 150, "primary"))
    assert not is_shortened(name("madrid", "1700000000.1", "primary"))
    assert not is_shortened("a~" + "0" * 32)

"""The do-not-ask list as a file: what is written is read again, and a bad line is refused with its number."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.errors import ImportRefused
from ivr.privacy.pepper import Pepper
from ivr.privacy.pseudonyms import Pseudonyms
from ivr.store.do_not_ask_file import read_do_not_ask, write_do_not_ask

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HASH = "h1:" + "ab" * 32
PSEUDONYMS = Pseudonyms(Pepper(b"pepper"), "DE")


def read(path: Path, content: str | bytes) -> list[DoNotAskEntry]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_do_not_ask(path, pseudonym=PSEUDONYMS.of_number_or_pseudonym, now=NOW, who="eve"))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    entries = [
        DoNotAskEntry(HASH, NOW, is_refusal=True, source="keypad", who="Ann, «Müller» 王"),
        DoNotAskEntry(HASH[:-1] + "c", NOW - timedelta(days=1), is_refusal=True, source="command", who="eve"),
    ]
    target = io.StringIO()
    assert write_do_not_ask(entries, target) == 2
    assert read(tmp_path / "list.csv", target.getvalue()) == entries


def test_a_number_becomes_its_hash_and_what_is_not_said_is_filled(tmp_path: Path) -> None:
    entries = read(tmp_path / "list.csv", "\ufeffCaller\r\n030 123456\r\n\r\n+49 30 123456\r\n")
    hashed = PSEUDONYMS.of_number("+4930123456")
    assert hashed is not None
    assert entries == [DoNotAskEntry(hashed, NOW, is_refusal=True, source="import", who="eve")] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: "),
        ("number\n+4930123456\n", "line 1: the column 'number' is not known; write columns of caller, at, source, who"),
        ("at\n2026-01-01T00:00:00Z\n", "line 1: the header names caller not at all"),
        (f"caller\n{HASH}\nCarl\n", "line 3: the caller is neither a number nor a hash; write a number, or h1: and"),
        (f"caller,at\n{HASH},2026-01-01\n", "line 2: at is '2026-01-01', no time with an offset; write it as 2026-"),
        (f"caller,at\n{HASH},2126-01-01T00:00:00Z\n", "line 2: at is 2126-01-01T00:00:00Z, which is yet to come"),
        (f"caller,who\n{HASH},eve\n{HASH}\n", "line 3: it has 1 cells and the header 2; add or remove commas"),
        (f'caller,who\n{HASH},"eve\t"\n{HASH},"a\tb"\n', "line 3: who is no short text; write up to 200 printable"),
        (b"caller\n\xff\n", "line 2: the text is not UTF-8"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read(tmp_path / "list.csv", content)
    assert said in str(refused.value)

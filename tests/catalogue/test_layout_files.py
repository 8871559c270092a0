"""Layout files: each fault is told with its file, its line, its key and what to write."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ivr.catalogue.layouts import check_layouts, load_layouts
from ivr.domain.layouts import BargeIn, Option
from ivr.errors import LayoutRefused

TEXT = """\
# A layout to spoil.
key = "plain"
language = "en"
question = "satisfaction"
categories = ["dissatisfied", "so-so", "satisfied"]
intro = "intro"
thanks = "thanks"
invalid = "invalid"
no_key = "no-key"
opt_out_key = "9"
max_tries = 2
timeout_seconds = 5
barge_in = true

[[options]]
press = "1"
category = 2
prompt = "press-1-satisfied"
pause_after_seconds = 3

[[options]]
press = "2"
category = 1
prompt = "press-2-so-so"

[[options]]
press = "3"
category = 0
prompt = "press-3-dissatisfied"
"""
KNOWN = {
    "en": frozenset(
        {"intro", "thanks", "invalid", "no-key"} | {"press-1-satisfied", "press-2-so-so", "press-3-dissatisfied"}
    )
}


@pytest.fixture
def refuse(tmp_path: Path) -> Callable[[str], str]:
    """Return what is said of a file with the given text, without the folder."""

    def sentence(text: str) -> str:
        (tmp_path / "plain.toml").write_text(text, encoding="utf-8")
        with pytest.raises(LayoutRefused) as refused:
            load_layouts(tmp_path, KNOWN)
        said = str(refused.value)
        assert said.startswith(f"{tmp_path}/plain.toml")
        assert said in check_layouts(tmp_path, KNOWN)
        return said.removeprefix(f"{tmp_path}/")

    return sentence


EDITS = {
    "two options on one key": (
        'press = "2"',
        'press = "1"',
        (
            "plain.toml, line 22: options[2].press: key 1 is already taken by options[1].press; "
            "give every option a key of its own"
        ),
    ),
    "an option on the opt-out key": (
        'press = "3"',
        'press = "9"',
        (
            "plain.toml, line 27: options[3].press: key 9 is already taken by opt_out_key; "
            "give every option a key of its own"
        ),
    ),
    "unknown prompt": (
        "press-2-so-so",
        "press-2-soso",
        (
            "plain.toml, line 24: options[2].prompt: names the prompt 'press-2-soso', which has neither a transcript "
            "nor a recording in 'en'; write press-2-so-so"
        ),
    ),
    "unknown intro": (
        'intro = "intro"',
        'intro = "zzz"',
        (
            "plain.toml, line 6: intro: names the prompt 'zzz', which has neither a transcript nor a recording "
            "in 'en'; add zzz to prompts/transcripts/en.toml"
        ),
    ),
    "language without prompts": (
        'language = "en"',
        'language = "tlh"',
        "plain.toml, line 3: language: has no prompts in 'tlh'; write one of en, or add prompts/transcripts/tlh.toml",
    ),
    "category out of range": (
        "category = 0",
        "category = 3",
        (
            "plain.toml, line 28: options[3].category: is 3, out of range; "
            "write 0 (worst: dissatisfied) to 2 (best: satisfied)"
        ),
    ),
    "pause below 0": (
        "pause_after_seconds = 3",
        "pause_after_seconds = -1",
        "plain.toml, line 19: options[1].pause_after_seconds: is -1; write seconds from 0 to 10",
    ),
    "pause of an enormous whole number": (
        "pause_after_seconds = 3",
        f"pause_after_seconds = 1{'0' * 400}",
        "plain.toml, line 19: options[1].pause_after_seconds: is inf; write seconds from 0 to 10",
    ),
    "pause after the last option": (
        "category = 0",
        "category = 0\npause_after_seconds = 2",
        "plain.toml, line 29: options[3].pause_after_seconds: follows the last option; leave it out there",
    ),
    "key unlike the file's name": (
        'key = "plain"',
        'key = "plane"',
        (
            "plain.toml, line 2: key: is 'plane', but the file is named plain.toml; "
            'write key = "plain", or rename the file to plane.toml'
        ),
    ),
    "unknown key with a near one": (
        "max_tries = 2",
        "max_trys = 2",
        "plain.toml, line 11: max_trys: is no key of this table; write max_tries",
    ),
    "unknown key without a near one": (
        "max_tries = 2",
        "zzz = 2",
        "plain.toml, line 11: zzz: is no key of this table; leave it out, or write one of key, language, ",
    ),
    "misspelt key that is needed": (
        'thanks = "thanks"',
        'thank = "thanks"',
        "plain.toml, line 7: thank: is no key of this table; write thanks",
    ),
    "unknown key of an option": (
        'prompt = "press-2-so-so"',
        'promt = "press-2-so-so"',
        "plain.toml, line 24: options[2].promt: is no key of this table; write prompt",
    ),
    "missing key": ('intro = "intro"\n', "", 'plain.toml: intro is missing; write intro = "intro"'),
    "missing key of an option": (
        'press = "2"\n',
        "",
        'plain.toml, line 21: options[2]: press is missing; write press = "1"',
    ),
    "missing category": (
        "category = 1\n",
        "",
        "plain.toml, line 21: options[2]: category is missing; write category = N, 0 is the worst",
    ),
    "missing categories": (
        'categories = ["dissatisfied", "so-so", "satisfied"]\n',
        "",
        'plain.toml: categories is missing; write categories = ["dissatisfied", "so-so", "satisfied"]',
    ),
    "number for a text": (
        'press = "2"',
        "press = 2",
        'plain.toml, line 22: options[2].press: is 2, a whole number; write text in quotes, press = "2"',
    ),
    "text for a whole number": (
        "category = 1",
        'category = "1"',
        "plain.toml, line 23: options[2].category: is '1', text; write a whole number without quotes, category = N",
    ),
    "fraction for a whole number": (
        "max_tries = 2",
        "max_tries = 2.5",
        "plain.toml, line 11: max_tries: is 2.5, a number; write a whole number without quotes",
    ),
    "flag for a number": (
        "timeout_seconds = 5",
        "timeout_seconds = true",
        "plain.toml, line 12: timeout_seconds: is true, true or false; write a number without quotes",
    ),
    "text for a flag": (
        "barge_in = true",
        'barge_in = "yes"',
        "plain.toml, line 13: barge_in: is 'yes', text; write barge_in = true or barge_in = false",
    ),
    "text for a list": (
        'categories = ["dissatisfied", "so-so", "satisfied"]',
        'categories = "good"',
        "plain.toml, line 5: categories: is 'good', text; write a list of texts",
    ),
    "list of numbers": (
        '["dissatisfied", "so-so", "satisfied"]',
        "[0, 1, 2]",
        "plain.toml, line 5: categories: is a list; write a list of texts",
    ),
    "empty text": (
        'question = "satisfaction"',
        'question = ""',
        'plain.toml, line 4: question: is empty; write text in quotes, question = "satisfaction"',
    ),
    "one category": (
        '["dissatisfied", "so-so", "satisfied"]',
        '["fine"]',
        "plain.toml, line 5: categories: has 1; name at least two, from worst to best",
    ),
    "no tries": ("max_tries = 2", "max_tries = 0", "plain.toml, line 11: max_tries: is 0; write a number from 1"),
    "no time": (
        "timeout_seconds = 5",
        "timeout_seconds = nan",
        "plain.toml, line 12: timeout_seconds: is nan; write seconds above 0, at most 30",
    ),
    "key that no phone has": (
        'opt_out_key = "9"',
        'opt_out_key = "99"',
        "plain.toml, line 10: opt_out_key: is '99'; write one key of 0 1 2",
    ),
    "syntax": ("max_tries = 2", "max_tries = = 2", "plain.toml, line 11: is not TOML (Invalid value); write each"),
    "a key twice": (
        "max_tries = 2",
        'key = "x"',
        "plain.toml, line 11: is not TOML (key stands twice); remove one of the two, or join them",
    ),
    "a table twice": (
        '[[options]]\npress = "1"',
        '[comment]\nprompt = "a"\n[comment]\n[[options]]\npress = "1"',
        "plain.toml, line 17: is not TOML (the table [comment] stands twice); remove one",
    ),
    "a key twice in braces": (
        "barge_in = true",
        "barge_in = { intro = true, intro = false }",
        "plain.toml, line 13: is not TOML (intro stands twice); remove one",
    ),
    "an open quote": (
        'prompt = "press-3-dissatisfied"\n',
        'prompt = """press',
        "plain.toml, line 29: is not TOML (Unterminated string); write each setting as key = value",
    ),
    "options in single brackets": (
        TEXT[TEXT.index("[[options]]") :],
        '[options]\npress = "1"\n',
        "plain.toml, line 15: options: is no list of tables; write [[options]] above each option",
    ),
    "options that are no tables": (
        TEXT[TEXT.index("[[options]]") :],
        "options = [1, 2]\n",
        "plain.toml, line 15: options[1]: is 1, a whole number; write a table of key = value",
    ),
    "no options": (
        TEXT[TEXT.index("[[options]]") :],
        "",
        "plain.toml: options: has 0; write at least two [[options]]",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), EDITS.values(), ids=EDITS.keys())
def test_a_fault_is_told_with_file_line_key_and_remedy(
    refuse: Callable[[str], str], old: str, new: str, sentence: str
) -> None:
    assert TEXT.count(old) == 1
    said = refuse(TEXT.replace(old, new))
    assert said[: len(sentence)] == sentence
    assert "; " in said
    assert "\n" not in said


def test_the_text_that_is_spoilt_is_sound(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text(TEXT)
    layout = load_layouts(tmp_path, KNOWN)["plain"]
    assert layout.options == (
        Option("1", 2, "press-1-satisfied", 3.0),
        Option("2", 1, "press-2-so-so"),
        Option("3", 0, "press-3-dissatisfied"),
    )
    assert (layout.opt_out_key, layout.max_tries, layout.timeout_seconds, layout.barge_in) == ("9", 2, 5.0, BargeIn())
    assert check_layouts(tmp_path, KNOWN) == []


def test_keys_that_need_not_be_there_have_defaults(tmp_path: Path) -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith(("opt_out", "max_", "timeout", "barge"))]
    (tmp_path / "plain.toml").write_text("\n".join(lines))
    layout = load_layouts(tmp_path)["plain"]
    assert (layout.opt_out_key, layout.max_tries, layout.timeout_seconds, layout.barge_in) == (None, 2, 5.0, BargeIn())


def test_all_faults_are_collected_in_the_order_of_the_file(tmp_path: Path) -> None:
    spoilt = (
        TEXT.replace("max_tries = 2", "max_tries = 9")
        .replace('press = "2"', 'press = "1"')
        .replace("category = 0", "category = 7")
        .replace("pause_after_seconds = 3", "pause_after_seconds = -3")
        .replace('intro = "intro"\n', "")
        .replace('"press-3-dissatisfied"', '"press-3"')
        .replace('question = "satisfaction"', "question = 5")
    )
    (tmp_path / "plain.toml").write_text(spoilt)
    (tmp_path / "a.toml").write_text("key = ")
    places = [said.removeprefix(f"{tmp_path}/").split(";")[0] for said in check_layouts(tmp_path, KNOWN)]
    assert places == [
        "a.toml, line 1: is not TOML (Invalid value)",
        "plain.toml, line 4: question: is 5, a whole number",
        "plain.toml, line 10: max_tries: is 9",
        "plain.toml, line 18: options[1].pause_after_seconds: is -3",
        "plain.toml, line 21: options[2].press: key 1 is already taken by options[1].press",
        "plain.toml, line 27: options[3].category: is 7, out of range",
        (
            "plain.toml, line 28: options[3].prompt: names the prompt 'press-3', which has neither a transcript "
            "nor a recording in 'en'"
        ),
        "plain.toml: intro is missing",
    ]


def test_a_text_of_keys_inside_a_list_does_not_move_the_line(tmp_path: Path) -> None:
    spoilt = TEXT.replace(
        '["dissatisfied", "so-so", "satisfied"]', '[\n  "dissatisfied",  # max_tries = 1\n  "so-so",\n  "satisfied",\n]'
    ).replace("max_tries = 2", "max_tries = 9")
    (tmp_path / "plain.toml").write_text(spoilt)
    assert [said.split(": ")[0] for said in check_layouts(tmp_path)] == [f"{tmp_path}/plain.toml, line 15"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutRefused, match="gone: is no folder; create it, or set IVR_LAYOUTS_DIR"):
        load_layouts(tmp_path / "gone")
    assert len(check_layouts(tmp_path / "gone")) == 1


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".#plain.toml").symlink_to("an-editor's-lock")
    (tmp_path / "notes.txt").write_text("no layout")
    with pytest.raises(LayoutRefused, match=r"holds no layout; put at least one KEY.toml there"):
        load_layouts(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_bytes(b'key = "plain"\nquestion = "\xff"\n')
    with pytest.raises(LayoutRefused, match=r"plain.toml, line 2: is not UTF-8 text; save the file as UTF-8"):
        load_layouts(tmp_path)


def test_a_folder_named_like_a_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").mkdir()
    with pytest.raises(LayoutRefused, match=r"plain.toml: cannot be read \(Is a directory\); make it a file"):
        load_layouts(tmp_path)


def test_lists_nested_without_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text(f"key = {'[' * 100_000}")
    with pytest.raises(LayoutRefused, match="line 1: is not TOML"):
        load_layouts(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_are_taken(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert list(load_layouts(tmp_path)) == ["plain"]


def test_what_is_told_of_a_value_is_one_printable_line(tmp_path: Path) -> None:
    spoilt = TEXT.replace('"press-2-so-so"', '"a\\nb\\u001b[31m"').replace('key = "plain"', 'key = "x\\ny"')
    (tmp_path / "plain.toml").write_text(spoilt + '"quoted\\nkey" = 1\n')
    said = check_layouts(tmp_path, KNOWN)
    assert len(said) == 3
    assert all(sentence.isprintable() for sentence in said)


def test_a_layout_spoilt_at_random_is_taken_or_refused_and_never_breaks_the_loader(tmp_path: Path) -> None:
    random = Random(20260101)
    refused = 0
    for _ in range(600):
        lines = TEXT.splitlines()
        for _ in range(random.randint(1, 3)):
            at = random.randrange(len(lines))
            token = random.choice(['"', "=", "[", "[[options]]", "x = -1", "press = 'q'", "{", "9" * 30, "#", "nan"])
            column = random.randint(0, len(lines[at]))
            lines[at] = random.choice(
                ["", token, lines[at][:column] + token + lines[at][column:], lines[random.randrange(len(lines))]]
            )
        (tmp_path / "plain.toml").write_text("\n".join(lines))
        said = check_layouts(tmp_path, KNOWN)
        assert all(sentence.startswith(f"{tmp_path}/plain.toml") and "; " in sentence for sentence in said)
        if not said:
            assert list(load_layouts(tmp_path, KNOWN)) == ["plain"]
            continue
        refused += 1
        with pytest.raises(LayoutRefused) as refusal:
            load_layouts(tmp_path, KNOWN)
        assert str(refusal.value) == said[0]
    assert 300 < refused < 600

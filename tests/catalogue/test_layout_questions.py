"""Layout files that ask more than once: the keys for it, and what is refused of them, each with line and remedy."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ivr.catalogue.document import DocumentUnreadable, parse_document
from ivr.catalogue.layouts import check_layouts, layouts_of, load_layouts, read_layouts
from ivr.domain.layouts import BargeIn, CommentRequest, Confirmation, Layout, Option
from ivr.errors import LayoutRefused

FULL = """\
key = "full"
language = "en"
question = "satisfaction"
categories = ["bad", "good"]
intro = "intro"
thanks = "thanks"
invalid = "invalid"
no_key = "no-key"
opt_out_key = "9"
max_tries = 3
timeout_seconds = 6
barge_in = { intro = false, no_key = false }
repeat_key = "*"
max_repeats = 1
max_invalid = 2
max_no_key = 1
opted_out = "bye"
then = ["solved"]
longest_seconds = 240

[[options]]
press = "1"
category = 1
prompt = "one"
also = ["5", "#"]
barge_in = false

[[options]]
press = "2"
category = 0
prompt = "two"
then = ["comment"]

[confirmation]
prompt = "sure"
probability = 0.05

[comment]
prompt = "say-it"
longest_seconds = 30
silence_seconds = 3
finish_key = "0"
format = "gsm"
retention_days = 7
"""
SOLVED = """\
key = "solved"
language = "en"
question = "solved"
categories = ["no", "yes"]
intro = "ask"
thanks = "thanks"
invalid = "invalid"
no_key = "no-key"

[[options]]
press = "1"
category = 1
prompt = "scale"

[[options]]
press = "2"
category = 0
"""
WORDS = ("one", "two", "three", "bye", "ask", "scale", "sure", "say-it")
KNOWN = {"en": frozenset({"intro", "thanks", "invalid", "no-key", *WORDS}), "de": frozenset()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "full.toml").write_text(FULL)
    (tmp_path / "solved.toml").write_text(SOLVED)
    return tmp_path


@pytest.fixture
def told(folder: Path) -> Callable[[str, str], list[str]]:
    """Return what is said of the folder after one edit of ``full.toml``, without the folder's own path."""

    def said(old: str, new: str) -> list[str]:
        assert FULL.count(old) == 1
        (folder / "full.toml").write_text(FULL.replace(old, new))
        return [sentence.removeprefix(f"{folder}/") for sentence in check_layouts(folder, KNOWN)]

    return said


def test_every_key_is_read(folder: Path) -> None:
    layouts = load_layouts(folder, KNOWN)
    assert layouts["full"] == Layout(
        key="full",
        language="en",
        question="satisfaction",
        categories=("bad", "good"),
        intro="intro",
        thanks="thanks",
        invalid="invalid",
        no_key="no-key",
        options=(
            Option("1", 1, "one", also=("5", "#"), barge_in=False),
            Option("2", 0, "two", then=("comment",)),
        ),
        opt_out_key="9",
        max_tries=3,
        timeout_seconds=6.0,
        barge_in=BargeIn(intro=False, options=True, invalid=True, no_key=False),
        repeat_key="*",
        max_repeats=1,
        max_invalid=2,
        max_no_key=1,
        opted_out="bye",
        confirmation=Confirmation("sure", 0.05),
        comment=CommentRequest("say-it", 30.0, 3.0, "0", "gsm", 7),
        then=("solved",),
        longest_seconds=240.0,
    )
    assert layouts["solved"].options == (Option("1", 1, "scale"), Option("2", 0, ""))


def test_what_is_left_out_of_a_table_has_defaults(folder: Path) -> None:
    text = FULL[: FULL.index("longest_seconds = 30")].replace("barge_in = { intro = false, no_key = false }\n", "")
    (folder / "full.toml").write_text(text)
    layout = load_layouts(folder, KNOWN)["full"]
    assert layout.comment == CommentRequest("say-it", 60.0, 4.0, "#", "wav", 90)
    assert layout.barge_in == BargeIn()


EDITS = {
    "unknown key of the comment": (
        "retention_days = 7",
        "retention = 7",
        "full.toml, line 44: comment.retention: is no key of this table; write retention_days",
    ),
    "unknown key of the confirmation": (
        "probability = 0.05",
        "probability = 0.05\nshare = 1",
        "full.toml, line 37: confirmation.share: is no key of this table; leave it out, or write one of prompt, prob",
    ),
    "confirmation without its share": (
        "probability = 0.05\n",
        "",
        "full.toml, line 34: confirmation: probability is missing; write probability = 0.05",
    ),
    "confirmation without words": (
        'prompt = "sure"\n',
        "",
        'full.toml, line 34: confirmation: prompt is missing; write prompt = "confirm"',
    ),
    "confirmation that is no table": (
        '[confirmation]\nprompt = "sure"\nprobability = 0.05\n',
        "[[confirmation]]\nprobability = 0.05\n",
        "full.toml, line 34: confirmation: is a list; write a table of key = value",
    ),
    "share above one": (
        "probability = 0.05",
        "probability = 5",
        "full.toml, line 36: confirmation.probability: is 5; write a probability above 0, at most 1, or leave",
    ),
    "unknown prompt of the confirmation": (
        'prompt = "sure"',
        'prompt = "shure"',
        (
            "full.toml, line 35: confirmation.prompt: names the prompt 'shure', which has neither a transcript nor a "
            "recording in 'en'; write sure"
        ),
    ),
    "unknown prompt of the comment": (
        'prompt = "say-it"',
        'prompt = "zzz"',
        "full.toml, line 39: comment.prompt: names the prompt 'zzz'",
    ),
    "unknown last words": ('opted_out = "bye"', 'opted_out = "by"', "full.toml, line 17: opted_out: names the prompt"),
    "format": (
        'format = "gsm"',
        'format = "mp3"',
        "full.toml, line 43: comment.format: is 'mp3'; write one of wav, wav16, gsm, ulaw, alaw",
    ),
    "finish key that declines": (
        'finish_key = "0"',
        'finish_key = "9"',
        "full.toml, line 42: comment.finish_key: key 9 is already taken by opt_out_key; choose another key",
    ),
    "text for seconds": (
        "longest_seconds = 240",
        'longest_seconds = "240"',
        "full.toml, line 19: longest_seconds: is '240', text; write a number without quotes, longest_seconds = 120",
    ),
    "flag for a barge-in table's prompt": (
        "{ intro = false, no_key = false }",
        '{ intro = "no" }',
        "full.toml, line 12: barge_in.intro: is 'no', text; write intro = true or intro = false, without quotes",
    ),
    "unknown prompt of barge-in": (
        "{ intro = false, no_key = false }",
        "{ option = false }",
        "full.toml, line 12: barge_in.option: is no key of this table; write options",
    ),
    "one text for a list": (
        'then = ["solved"]',
        'then = "solved"',
        "full.toml, line 18: then: is 'solved', text; write a list of texts, then = ",
    ),
    "key taken by a further key": (
        'also = ["5", "#"]',
        'also = ["5", "2"]',
        "full.toml, line 29: options[2].press: key 2 is already taken by options[1].also; give every option a key",
    ),
    "repeats out of range": (
        "max_repeats = 1",
        "max_repeats = 9",
        "full.toml, line 14: max_repeats: is 9; write a number from 1 to 5",
    ),
    "wrong keys out of range": (
        "max_invalid = 2",
        "max_invalid = 0",
        "full.toml, line 15: max_invalid: is 0; write a number from 1 to 5, or leave it out",
    ),
    "no layout of that name": (
        'then = ["solved"]',
        'then = ["solvd"]',
        "full.toml, line 18: then: names the layout 'solvd', which does not exist; write one that is there (solved)",
    ),
    "no layout of that name after one answer": (
        'then = ["comment"]',
        'then = ["comment", "gone"]',
        "full.toml, line 32: options[2].then: names the layout 'gone', which does not exist",
    ),
    "no comment": (
        FULL[FULL.index("[comment]") :],
        "",
        "full.toml, line 32: options[2].then: names the comment, and there is no [comment]; write [comment] with it",
    ),
    "a comment for nothing": (
        'then = ["comment"]\n',
        "",
        'full.toml, line 37: comment: is asked for by nothing; write then = ["comment"] at an option or at the layout',
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), EDITS.values(), ids=EDITS.keys())
def test_a_fault_is_told_once_with_line_key_and_remedy(
    told: Callable[[str, str], list[str]], old: str, new: str, sentence: str
) -> None:
    said = told(old, new)
    assert [line[: len(sentence)] for line in said] == [sentence]


def test_all_faults_of_all_tables_are_told_in_one_go(folder: Path) -> None:
    spoilt = (
        FULL.replace("probability = 0.05", "probability = 0")
        .replace("silence_seconds = 3", "silence_seconds = 0.5")
        .replace("max_no_key = 1", "max_no_key = 6")
        .replace('also = ["5", "#"]', 'also = ["1", "#"]')
        .replace('repeat_key = "*"', 'repeat_key = "9"')
        .replace("longest_seconds = 240", "longest_seconds = 700")
    )
    (folder / "full.toml").write_text(spoilt)
    (folder / "solved.toml").write_text(SOLVED.replace('press = "2"', 'press = "1"'))
    said = [sentence.removeprefix(f"{folder}/").split(";")[0] for sentence in check_layouts(folder, KNOWN)]
    assert said == [
        "full.toml, line 13: repeat_key: key 9 is already taken by opt_out_key",
        "full.toml, line 16: max_no_key: is 6",
        "full.toml, line 19: longest_seconds: is 700",
        "full.toml, line 25: options[1].also: key 1 is already taken by options[1].press",
        "full.toml, line 36: confirmation.probability: is 0",
        "full.toml, line 41: comment.silence_seconds: is 0.5",
        "solved.toml, line 16: options[2].press: key 1 is already taken by options[1].press",
    ]


def test_a_layout_that_follows_must_speak_the_same_language(folder: Path) -> None:
    (folder / "solved.toml").write_text(SOLVED.replace('language = "en"', 'language = "de"'))
    with pytest.raises(LayoutRefused, match=r"full\.toml, line 18: then: names solved, which speaks 'de' and not 'en'"):
        load_layouts(folder)


def test_a_circle_is_refused_in_each_file(folder: Path) -> None:
    (folder / "solved.toml").write_text(SOLVED.replace('no_key = "no-key"', 'no_key = "no-key"\nthen = ["full"]'))
    said = [sentence.removeprefix(f"{folder}/") for sentence in check_layouts(folder, KNOWN)]
    assert said == [
        "full.toml, line 18: then: leads back to where it began: full -> solved -> full; leave solved out",
        "solved.toml, line 9: then: leads back to where it began: solved -> full -> solved; leave full out",
    ]


def test_a_misspelt_prompt_is_told_as_such_and_not_as_a_missing_one(folder: Path) -> None:
    (folder / "solved.toml").write_text(SOLVED.replace('prompt = "scale"', 'promt = "scale"'))
    assert [sentence.split(": ", 1)[1] for sentence in check_layouts(folder, KNOWN)] == [
        "options[1].promt: is no key of this table; write prompt"
    ]


def test_texts_from_elsewhere_are_read_by_the_same_reader() -> None:
    texts = {"full": FULL, "solved": SOLVED}
    documents = [parse_document(Path(f"database: {key}"), text, key=key) for key, text in texts.items()]
    assert [each.text for each in documents] == [FULL, SOLVED]
    assert sorted(layouts_of(documents, KNOWN)) == ["full", "solved"]
    spoilt = parse_document(Path("database: full"), FULL.replace("max_tries = 3", "max_tries = 9"), key="full")
    with pytest.raises(LayoutRefused, match=r"^database: full, line 10: max_tries: is 9; write a number from 1 to 5$"):
        layouts_of([spoilt, documents[1]], KNOWN)


def test_a_questionnaire_spoilt_at_random_is_taken_or_refused_and_never_breaks_the_loader(folder: Path) -> None:
    random = Random(20260102)
    tokens = [
        '"',
        "=",
        "[comment]",
        "[[options]]",
        "also = ['1']",
        "then = ['full']",
        "{",
        "9" * 30,
        "#",
        "nan",
        "true",
    ]
    refused = 0
    for _ in range(500):
        lines = FULL.splitlines()
        for _ in range(random.randint(1, 3)):
            at, other = random.randrange(len(lines)), random.randrange(len(lines))
            key, value = lines[at].partition("=")[0], lines[other].partition("=")[2]
            lines[at] = random.choice(["", random.choice(tokens), f"{key}={value}", f"{lines[at]}\n{lines[other]}"])
        (folder / "full.toml").write_text("\n".join(lines))
        said = check_layouts(folder, KNOWN)
        assert all(sentence.startswith(f"{folder}/") and "; " in sentence for sentence in said)
        assert len(set(said)) == len(said)
        if said:
            refused += 1
            with pytest.raises(LayoutRefused) as refusal:
                load_layouts(folder, KNOWN)
            assert str(refusal.value) == said[0]
        else:
            assert list(load_layouts(folder, KNOWN)) == ["full", "solved"]
    assert 250 < refused < 500


def test_what_names_a_layout_that_cannot_be_read_is_not_told_that_it_does_not_exist() -> None:
    full = parse_document(Path("database: full"), FULL, key="full")
    with pytest.raises(DocumentUnreadable) as unreadable:
        parse_document(Path("database: solved"), "no TOML", key="solved")
    _, faults = read_layouts([full, unreadable.value.fault])
    assert [fault.path for fault in faults] == [Path("database: solved")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_tries = 3", "max_tries = {}"),
        ("category = 1", "category = {}"),
        ('intro = "intro"', "intro = {}"),
        ("retention_days = 7", "retention_days = {}"),
    ],
)
def test_a_number_of_thousands_of_digits_is_told(told: Callable[[str, str], list[str]], old: str, new: str) -> None:
    name = new.partition(" ")[0]
    said = told(old, new.format("0x" + "f" * 4000))
    assert len(said) == 1
    assert f"{name}: is out of range, a whole number; write " in said[0]

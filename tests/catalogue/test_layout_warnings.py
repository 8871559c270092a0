"""Warnings and bounds: what is odd and allowed, and a bound in seconds that cannot hold, which is refused."""

import shutil
from pathlib import Path

import pytest

from ivr.catalogue.call_bounds import bound_faults, refuse_too_long
from ivr.catalogue.check_all import Checked, check_all
from ivr.catalogue.layout_warnings import layout_warnings
from ivr.catalogue.layouts import layout_documents, load_layouts
from ivr.catalogue.recordings import load_versions
from ivr.catalogue.transcripts import load_transcripts
from ivr.domain.bounds import worst_case_seconds
from ivr.errors import LayoutRefused

from .conftest import SHIPPED_EXPERIMENTS, SHIPPED_LAYOUTS, SHIPPED_TRANSCRIPTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The reference layout alone, to be edited."""
    _edited(tmp_path, ("", ""))
    return tmp_path


def _edited(folder: Path, *edits: tuple[str, str]) -> list[str]:
    """Return the warnings about the reference layout with ``edits``, without the file's name."""
    text = (SHIPPED_LAYOUTS / "sequential-123.toml").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "sequential-123.toml"
    path.write_text(text)
    layouts = load_layouts(folder)
    warnings = layout_warnings(layout_documents(folder), layouts, load_transcripts(SHIPPED_TRANSCRIPTS))
    return [warning.removeprefix(f"{path}") for warning in warnings]


WARNED = {
    "a category nobody can choose": (
        ('"so-so", "satisfied"]', '"so-so", "fine", "satisfied"]'),
        ", line 8: categories: names 'satisfied', which no option stands for; give it an option, or leave it out",
    ),
    "a bound that never applies": (
        ("max_tries = 2", "max_tries = 2\nmax_invalid = 3"),
        ", line 17: max_invalid: is 3, and max_tries, which is 2, ends the question before; raise max_tries, or leave",
    ),
    "repeats without a key": (
        ("max_tries = 2", "max_tries = 2\nmax_repeats = 3"),
        ", line 17: max_repeats: has no effect without repeat_key; add repeat_key, or leave it out",
    ),
    "last words without a key": (
        ('opt_out_key = "9"', 'opted_out = "opted-out"'),
        ", line 14: opted_out: has no effect without opt_out_key",
        ", line 10: intro: names key 9 ('Please rate the call you just had. To decline, press 9.'), which means",
    ),
    "barge-in of a recording that is not there": (
        ('prompt = "press-2-so-so"', "barge_in = false"),
        ", line 28: options[2].barge_in: has no effect without a prompt of its own; set it where the recording is",
    ),
    "an intro that names another key": (
        ('opt_out_key = "9"', 'opt_out_key = "0"'),
        ", line 10: intro: names key 9 ('Please rate the call you just had. To decline, press 9.'), which means",
    ),
    "a choice read with another key": (
        ('press = "2"', 'press = "5"'),
        ", line 28: options[2].prompt: says 'Press 2 if it was so so.', and the key is 5; name the recording",
    ),
    "a leading layout": (
        ('prompt = "press-1-satisfied"', 'prompt = "press-1-satisfied"\npause_after_seconds = 1'),
        ": is a leading layout: 1 s of silence after key 1 (satisfied), the best answer alone, while 2 of 3 choices",
    ),
}


@pytest.mark.parametrize(("edit", "said"), [(each[0], each[1:]) for each in WARNED.values()], ids=WARNED.keys())
def test_what_is_odd_is_told_with_line_and_remedy(folder: Path, edit: tuple[str, str], said: tuple[str, ...]) -> None:
    warnings = _edited(folder, edit)
    assert [warning[: len(begins)] for warning, begins in zip(warnings, said, strict=True)] == list(said)


def test_a_whole_scale_that_names_a_key_nobody_has_is_told(folder: Path) -> None:
    said = _edited(folder, ('prompt = "press-2-so-so"\n', ""), ('"press-1-satisfied"', '"scale-0-to-10"'))
    text = "'Press 0 to 10, star for 10. 0 is not at all likely, 10 is extremely likely.'"
    remedy = "which means nothing here; name a recording of these keys, or give the key its meaning"
    assert said == [f", line 23: options[1].prompt: names key {key} ({text}), {remedy}" for key in ("0", "10")]


def _two_scales(folder: Path, *edits: tuple[str, str]) -> list[str]:
    """Return the warnings about the five-point layout beside a further one, ``other``, which has ``edits``."""
    text = (SHIPPED_LAYOUTS / "rating-5.toml").read_text()
    (folder / "rating-5.toml").write_text(text)
    for old, new in (('"rating-5"', '"other"'), *edits):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "other.toml").write_text(text)
    documents, layouts = layout_documents(folder), load_layouts(folder)
    return layout_warnings(documents, layouts, load_transcripts(SHIPPED_TRANSCRIPTS))


TURNED = (
    '["very dissatisfied", "dissatisfied", "neither", "satisfied", "very satisfied"]',
    '["very satisfied", "satisfied", "neither", "dissatisfied", "very dissatisfied"]',
)


def test_categories_the_other_way_round_are_told(tmp_path: Path) -> None:
    said = _two_scales(tmp_path, TURNED)
    assert [each.partition(", line ")[0] for each in said] == [
        f"{tmp_path}/{key}.toml" for key in ("other", "rating-5")
    ]
    assert "categories: are those of rating-5 the other way round, and must run from worst to best in every" in said[0]
    assert said[0].endswith("turn the wrong list round, and for other keys change the options' category numbers alone")


def test_categories_of_another_question_may_stand_the_other_way_round(tmp_path: Path) -> None:
    assert _two_scales(tmp_path, TURNED, ('question = "satisfaction"', 'question = "gladness"')) == []
    assert _two_scales(tmp_path) == []


def test_that_a_layout_leads_is_told_where_an_experiment_assigns_it_or_it_is_named(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_EXPERIMENTS, tmp_path / "experiments")
    default = tmp_path / "experiments" / "default.toml"

    def leading(named: str | None) -> list[str]:
        checked = check_all(
            layouts_dir=SHIPPED_LAYOUTS,
            experiments_dir=tmp_path / "experiments",
            transcripts_dir=SHIPPED_TRANSCRIPTS,
            sounds_dir=tmp_path,
            named=named,
        )
        assert checked.faults == ()
        return [warning for warning in checked.warnings if "is a leading layout" in warning]

    assert len(leading(None)) == 1
    text = default.read_text()
    default.write_text(
        text.replace('"sequential-123" = 0.6', '"sequential-123" = 0.75').replace('"paced-123" = 0.15, ', "")
    )
    assert leading(None) == []
    assert leading("sequential-123") == []
    assert len(leading("paced-123")) == 1


def test_nothing_is_odd_about_the_reference_layout(folder: Path) -> None:
    assert _edited(folder, ("", "")) == []


def _checked(folder: Path, sounds: Path) -> Checked:
    return check_all(
        layouts_dir=folder,
        experiments_dir=SHIPPED_EXPERIMENTS,
        transcripts_dir=SHIPPED_TRANSCRIPTS,
        sounds_dir=sounds,
    )


def test_of_what_is_shipped_only_the_paced_layout_is_odd(spoken: Path) -> None:
    checked = _checked(SHIPPED_LAYOUTS, spoken)
    assert checked.faults == ()
    assert len(checked.warnings) == 1
    assert checked.warnings[0].startswith(f"{SHIPPED_LAYOUTS}/paced-123.toml: is a leading layout: 3 s of silence")


def test_without_recordings_the_bound_is_not_checked_and_that_is_told(tmp_path: Path) -> None:
    checked = _checked(SHIPPED_LAYOUTS, tmp_path)
    assert checked.faults == ()
    assert "how long a call can last was not checked, as the prompts are not built: " in checked.warnings[-1]


def test_a_bound_that_cannot_hold_is_refused_and_the_least_that_can_is_told(folder: Path, spoken: Path) -> None:
    worst = worst_case_seconds(load_versions(load_layouts(folder), spoken)["sequential-123"])
    tight = int(worst)
    assert tight < worst
    _edited(folder, ("max_tries = 2", f"max_tries = 2\nlongest_seconds = {tight}"))
    documents = layout_documents(folder)
    versions = load_versions(load_layouts(folder), spoken)
    sentence = (
        f"{folder}/sequential-123.toml, line 17: longest_seconds: is {tight}, but a call can take {worst:.1f} s "
        f"(each choice in its worst case, what follows included); write {tight + 1} or more, or fewer tries, questions "
        "or a shorter comment"
    )
    with pytest.raises(LayoutRefused) as refused:
        refuse_too_long(versions, documents)
    assert str(refused.value) == sentence
    assert _checked(folder, spoken).faults == (sentence,)
    _edited(folder, ("max_tries = 2", f"max_tries = 2\nlongest_seconds = {tight + 1}"))
    assert bound_faults(load_versions(load_layouts(folder), spoken), layout_documents(folder)) == []


def test_no_layout_may_take_more_of_a_caller_than_the_house_allows(folder: Path, spoken: Path) -> None:
    comment = '\n[comment]\nprompt = "ask-comment"\nlongest_seconds = 300\n'
    for name, then in (("sequential-123", '["comment", "again"]'), ("again", '["comment"]')):
        text = (SHIPPED_LAYOUTS / "sequential-123.toml").read_text().replace("sequential-123", name)
        (folder / f"{name}.toml").write_text(text.replace("max_tries = 2", f"max_tries = 2\nthen = {then}") + comment)
    faults = bound_faults(load_versions(load_layouts(folder), spoken), layout_documents(folder))
    assert [fault.path.name for fault in faults] == ["sequential-123.toml"]
    assert "s of a caller, and no call may take more than 600 s; write fewer tries, questions or a shorter" in str(
        faults[0]
    )

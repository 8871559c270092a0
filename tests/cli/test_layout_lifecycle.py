"""Layouts from draft to retired at the command line, and what the service then serves or refuses."""

import json
import re
import shutil

import pytest

from .conftest import CommandLine
from .running_service import serving

RATED = "call_id,ended_at,agent,queue,outcome,layout,layout_version,category\n"


def stand(ivr: CommandLine, key: str) -> str:
    """Return the last line of a layout's history: where its newest version stands."""
    return ivr("layouts", "history", key).ok().splitlines()[-1]


def only(ivr: CommandLine, layout: str) -> None:
    """Let the experiment give everybody ``layout``."""
    file = ivr.folder / "experiments" / "default.toml"
    text = re.sub(r"(?m)^layouts = .*$", f'layouts = {{ "{layout}" = 1.0 }}', file.read_text())
    file.write_text(text)


def test_a_layout_goes_its_way_and_its_history_tells_who_decided_what(ivr: CommandLine) -> None:
    said = ivr("layouts", "history", "paced-123").refused()
    assert said == "ivr: no version of paced-123 is here; draft one with ivr layouts draft FILE\n"
    drafted = ivr("layouts", "draft", str(ivr.folder / "layouts" / "paced-123.toml"), "--by", "ana").ok()
    version = re.fullmatch(r"paced-123 version (\w{12}) is draft, leads callers \(3 s .*\), nobody signed\n", drafted)
    assert version is not None
    at = ("--version", version[1])
    said = ivr("layouts", "publish", "paced-123", "--by", "cem", *at).refused()
    assert "is draft, so it cannot be published; check it first: ivr layouts check paced-123" in said
    assert "is checked, leads callers" in ivr("layouts", "check", "paced-123").ok()
    ivr("layouts", "publish", "paced-123", "--by", "cem").ok()
    ivr("layouts", "sign", "paced-123", "--by", "dora", "--reason", "we know").ok()
    ivr("layouts", "retire", "paced-123", "--by", "eve", "--reason", "it leads").ok()
    said = ivr("layouts", "publish", "paced-123", "--by", "cem").refused()
    assert "is retired, so it cannot be published; that is final; change the layout, which makes a new version" in said
    *history, stands = ivr("layouts", "history", "paced-123").ok().splitlines()
    decided = [line.partition(version[1])[2].strip() for line in history]
    assert [decided[0], *decided[2:]] == [
        "drafted by ana",
        "published by cem",
        "signed by dora: we know",
        "retired by eve: it leads",
    ]
    assert decided[1].startswith("checked by ")
    assert "is retired" in stands
    assert "signed by dora" in stands


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("draft", "nowhere.toml"), "nowhere.toml: cannot be read (No such file or directory)"),
        (("publish", "nobody", "--by", "ana"), "nobody: is no layout here; name one of"),
        (("publish", "paced-123", "--by", ""), "--by is ''; write it in words, in one line"),
        (("publish", "paced-123", "--by", "ana", "--version", "x"), "paced-123 has no version x here"),
        (("retire", "paced-123", "--by", "ana", "--reason", "old"), "no version of paced-123 is published"),
        (("sign", "sequential-123", "--by", "ana", "--reason", "so"), "does not lead callers"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    ivr: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in ivr("layouts", *arguments).refused()


def test_a_draft_with_a_fault_is_refused_with_its_line(ivr: CommandLine) -> None:
    text = (ivr.folder / "layouts" / "paced-123.toml").read_text()
    file = ivr.file("paced-123.toml", text.replace("max_tries = 2", "max_tries = 77"))
    assert "paced-123.toml, line 17: max_tries: is 77; write a number" in ivr("layouts", "draft", file).refused()


def test_what_people_publish_is_not_served_before_they_have(ivr: CommandLine) -> None:
    only(ivr, "sparse-531")
    by_hand = {"IVR_PUBLISH_BY_HAND": "true", "IVR_REFERENCE_LAYOUT": "sparse-531"}
    said = ivr("serve", **by_hand).refused()
    assert re.search(r"not published: sparse-531 version \w{12}; .* `ivr layouts publish sparse-531 --by NAME`", said)
    ivr("layouts", "publish", "sparse-531", "--by", "ana").ok()
    with serving(ivr, **by_hand):
        said = ivr("layouts", "retire", "sparse-531", "--by", "ana", "--reason", "old", **by_hand).refused()
        assert "the running experiment default lets callers hear; stop it with `ivr experiments stop default" in said


def test_a_retired_version_is_not_served_again(ivr: CommandLine) -> None:
    ivr("layouts", "publish", "paced-123", "--by", "ana").ok()
    ivr("layouts", "retire", "paced-123", "--by", "ana", "--reason", "it leads").ok()
    said = ivr("serve").refused()
    assert re.search(r"paced-123 version \w{12} is retired and cannot be served; change the layout", said)


def test_a_layout_can_be_retired_once_its_experiment_has_been_stopped(ivr: CommandLine) -> None:
    decided = ("--by", "ana", "--reason", "it leads")
    with serving(ivr):
        assert "running experiment default" in ivr("layouts", "retire", "paced-123", *decided).refused()
        ivr("experiments", "stop", "default", *decided).ok()
        ivr("layouts", "retire", "paced-123", *decided).ok()
        # Everybody still hears the control.
        assert "running experiment default" in ivr("layouts", "retire", "sequential-123", *decided).refused()
    with serving(ivr):
        assert stand(ivr, "paced-123").partition(" is ")[2].startswith("retired")


def test_the_database_is_a_source_like_the_files(ivr: CommandLine) -> None:
    sounds = ivr.folder / "sounds"
    shutil.copytree(ivr.environment["IVR_SOUNDS_DIR"], sounds)
    ivr = CommandLine(
        ivr.folder,
        ivr.environment
        | {"IVR_LAYOUTS_SOURCE": "database", "IVR_REFERENCE_LAYOUT": "sparse-531", "IVR_SOUNDS_DIR": str(sounds)},
    )
    only(ivr, "sparse-531")
    file = ivr.folder / "layouts" / "sparse-531.toml"
    assert "there is no database at" in ivr("serve").refused()
    ivr("layouts", "draft", str(file)).ok()
    assert "database: holds no published layout; draft one" in ivr("serve").refused()
    said = ivr("layouts", "publish", "sparse-531", "--by", "ana").refused()
    assert "is draft, so it cannot be published; check it first: ivr layouts check sparse-531" in said
    ivr("layouts", "check", "sparse-531").ok()
    ivr("layouts", "publish", "sparse-531", "--by", "ana").ok()
    text = file.read_text()
    shutil.rmtree(ivr.folder / "layouts")
    assert ivr("layouts", "show", "sparse-531").ok() == text
    with serving(ivr):
        pass
    # The recordings are not in the database: with another one it is another version, and nobody published that.
    shutil.copy(sounds / "en" / "ivr-rating" / "intro.wav", sounds / "en" / "ivr-rating" / "thanks.wav")
    said = ivr("serve").refused()
    assert "database: sparse-531: its recordings have changed since it was published" in said
    assert stand(ivr, "sparse-531").endswith("is draft")
    assert "check it first" in ivr("layouts", "publish", "sparse-531", "--by", "ana").refused()
    ivr("layouts", "check", "sparse-531").ok()
    ivr("layouts", "publish", "sparse-531", "--by", "ana").ok()
    with serving(ivr):
        pass


def test_appraisals_leave_out_what_leads_until_somebody_signs(ivr: CommandLine) -> None:
    version = stand_of_published(ivr)
    rows = [f"{number},2026-03-02T12:00:00Z,anna,sales,rated,sequential-123,,{number % 2 * 2}" for number in range(20)]
    rows += [f"{number},2026-03-02T12:00:00Z,anna,sales,rated,paced-123,{version},2" for number in range(20, 30)]
    rows += [f"{number},2026-03-02T12:00:00Z,anna,sales,rated,paced-123,,2" for number in range(30, 35)]
    ivr("import", "calls", ivr.file("calls.csv", RATED + "\n".join(rows) + "\n")).ok()

    report = json.loads(ivr("kpi", "agents", "--format", "json").ok())
    (anna,) = report["agents"]
    assert (anna["observed"]["estimate"], anna["observed"]["n"]) == (pytest.approx(25 / 35), 35)
    assert (anna["appraisal"]["estimate"], anna["appraisal"]["n"]) == (0.5, 20)
    assert anna["appraisal"]["reasons"][0].startswith("15 ratings of paced-123 kept out: it leads callers (3 s of")
    assert any("paced-123, which leads callers" in note for note in anna["notes"])
    assert any("paced-123 leads callers" in warning for warning in report["warnings"])
    layouts = {row["layout"]: row for row in report["layouts"]}
    assert (layouts["sequential-123"]["leads"], layouts["sequential-123"]["signed_by"]) == ([], None)
    assert (len(layouts["paced-123"]["leads"]), layouts["paced-123"]["signed_by"]) == (1, None)
    assert {(span["version"], span["rated"]) for span in layouts["paced-123"]["series"]} == {(version, 10), (None, 5)}
    assert "leads callers, " in ivr("kpi", "layouts").ok()

    ivr("layouts", "sign", "paced-123", "--by", "bea", "--reason", "we know").ok()
    report = json.loads(ivr("kpi", "agents", "--format", "json").ok())
    (anna,) = report["agents"]
    # A signature is for one version: ratings of which nobody knows the version stay out.
    assert (anna["appraisal"]["n"], anna["observed"]["n"]) == (30, 35)
    assert anna["appraisal"]["reasons"][0].startswith("5 ratings of paced-123 kept out")
    assert {row["layout"]: row["signed_by"] for row in report["layouts"]}["paced-123"] is None  # not for all of them
    assert any("bea signed" in note for note in anna["notes"])

    # A changed layout wants a signature of its own; that of the old version stays with the old version's calls.
    file = ivr.folder / "layouts" / "paced-123.toml"
    file.write_text(file.read_text().replace("max_tries = 2", "max_tries = 3"))
    ivr("layouts", "publish", "paced-123", "--by", "ana").ok()
    (anna,) = json.loads(ivr("kpi", "agents", "--format", "json").ok())["agents"]
    assert (anna["appraisal"]["n"], anna["observed"]["n"]) == (30, 35)


def stand_of_published(ivr: CommandLine) -> str:
    """Publish paced-123 and return its version."""
    return ivr("layouts", "publish", "paced-123", "--by", "ana").ok().split()[2]


@pytest.mark.parametrize(
    "arguments", [("check", "fresh-5"), ("publish", "fresh-5", "--by", "ana"), ("show", "fresh-5")], ids=lambda a: a[0]
)
def test_a_draft_that_the_files_do_not_have_names_the_setting(ivr: CommandLine, arguments: tuple[str, ...]) -> None:
    text = (ivr.folder / "layouts" / "rating-5.toml").read_text()
    file = ivr.file("fresh-5.toml", text.replace('key = "rating-5"', 'key = "fresh-5"'))
    assert "nobody: is no layout here" in ivr("layouts", arguments[0], "nobody", *arguments[2:]).refused()
    assert "is draft" in ivr("layouts", "draft", file).ok()
    said = ivr("layouts", *arguments).refused()
    assert f"fresh-5: is draft in the database, but layouts come from the files of {ivr.folder}/layouts; " in said
    assert said.endswith('set layouts_source = "database", or put fresh-5.toml into that folder\n')

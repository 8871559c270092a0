"""The line about the comments' folder, for what a machine with one user cannot be made to show."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from ivr.bootstrap.comment_checks import comments
from ivr.bootstrap.machine import Machine
from ivr.settings import Settings, load_settings

ASTERISK = 4242
GROUP = 4343
ONE = """key = "one"
salt = "one-1"
unit = "call"
primary_metric = "top_box"
minimum_sample = 100
stop_rule = "confidence_sequence"
[strata."*"]
layouts = {{ "{layout}" = 1.0 }}
delays = {{ "0" = 1.0 }}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings().model_copy(update={"comments_dir": PurePosixPath(tmp_path), "ami_host": "127.0.0.1"})
    return assigning(settings, "sequential-123-more", tmp_path)


def assigning(settings: Settings, layout: str, folder: Path) -> Settings:
    """Return ``settings`` with an experiment that gives everybody ``layout``."""
    experiments = folder / f"experiments-{layout}"
    experiments.mkdir()
    (experiments / "one.toml").write_text(ONE.format(layout=layout))
    return settings.model_copy(
        update={"experiments_dir": experiments, "experiment": "one", "reference_layout": "sequential-123"}
    )


def machine(*groups: int) -> Machine:
    return replace(Machine(), may_write=lambda _folder: True, users_of=lambda _name: [(ASTERISK, frozenset(groups))])


@pytest.mark.parametrize(
    ("mode", "of_group", "ok"),
    [(0o2770, True, True), (0o2770, False, False), (0o2750, True, False), (0o777, False, True), (0o700, True, False)],
)
def test_asterisks_user_is_looked_at_by_owner_group_and_others(
    settings: Settings, mode: int, *, of_group: bool, ok: bool
) -> None:
    folder = Path(settings.comments_dir)
    folder.chmod(mode)
    group = folder.stat().st_gid
    assert comments(settings, machine(group if of_group else GROUP)).ok is ok


def test_root_may_write_anywhere(settings: Settings) -> None:
    Path(settings.comments_dir).chmod(0o500)
    rooted = replace(machine(), users_of=lambda _name: [(0, frozenset[int]())])
    assert comments(settings, rooted).ok is True


def test_another_machines_folder_is_not_called_ok(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"ami_host": "192.0.2.10"})
    mounted = comments(elsewhere, machine())
    unseen = comments(elsewhere.model_copy(update={"comments_dir": PurePosixPath("/nowhere/at/all")}), machine())
    assert (mounted.ok, unseen.ok) == (None, None)
    assert "nothing is deleted" in unseen.detail


def test_without_a_comment_that_callers_can_hear_no_folder_is_needed(settings: Settings, tmp_path: Path) -> None:
    nowhere = settings.model_copy(update={"comments_dir": PurePosixPath("/nowhere/at/all")})
    assert comments(nowhere, machine()).ok is False
    # Others of the same folder of layouts record comments; nobody gets those.
    unheard = comments(assigning(nowhere, "sparse-531", tmp_path), machine())
    assert (unheard.ok, "no layout that the experiment assigns" in unheard.detail) == (True, True)


def test_a_comment_of_a_layout_that_only_follows_needs_the_folder(settings: Settings, tmp_path: Path) -> None:
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    for key in ("sequential-123", "reason-1234", "solved-12"):
        text = (settings.layouts_dir / f"{key}.toml").read_text()
        (layouts / f"{key}.toml").write_text(text)
    first = layouts / "sequential-123.toml"
    first.write_text(first.read_text().replace("[[options]]", 'then = ["reason-1234"]\n\n[[options]]', 1))
    leading = assigning(settings, "sequential-123", tmp_path).model_copy(
        update={"layouts_dir": layouts, "comments_dir": PurePosixPath("/nowhere/at/all")}
    )
    assert comments(leading, machine()).ok is False


def test_a_program_is_found_by_its_name() -> None:
    assert Machine().users_of("no-such-program-anywhere") == []

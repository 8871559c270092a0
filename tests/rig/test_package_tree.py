import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.errors import ToolMissing
from ivr.rig import package_tree
from ivr.rig.package_tree import cache_folder, ensure_tree
from ivr.rig.programs import find_programs

START = """\
import sys
from pathlib import Path
from ivr.rig.package_tree import ensure_tree
print(ensure_tree(lambda line: print(line, file=sys.stderr), Path(sys.argv[1])))
"""


def test_two_starts_at_once_make_one_tree_whose_programs_run(tmp_path: Path) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ends = [start.communicate(timeout=600) for start in starts]
    assert [start.returncode for start in starts] == [0, 0], ends
    assert ends[0][0] == ends[1][0]
    assert sum("unpacking" in told for _, told in ends) == 1
    tree = Path(ends[0][0].strip())
    assert sorted(path.name for path in tmp_path.iterdir()) == [tree.name, f"{tree.name}.lock"]

    private = find_programs(pytest.fail, cache=tmp_path, installed=False)
    for program, argument, says in (
        (private.asterisk, "-V", "Asterisk "),
        (private.sipp, "-v", "SIPp "),
        (private.espeak, "--version", "eSpeak NG"),
    ):
        assert program.tree == tree
        answer = subprocess.run(
            [*program.command, argument], check=False, env=program.full_environment(), capture_output=True, text=True
        )
        assert says in answer.stdout
    speech = tmp_path / "speech.wav"
    subprocess.run(
        [*private.espeak.command, "-w", str(speech), "Good afternoon."],
        env=private.espeak.full_environment(),
        check=True,
    )
    assert speech.stat().st_size > 10_000
    privileged = [
        path
        for path in tree.rglob("*")
        if not path.is_symlink() and path.is_file() and path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)
    ]
    assert privileged == []


def test_without_apt_the_sentence_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"apt-get is missing.*apt-get install asterisk sip-tester espeak-ng$"):
        ensure_tree(pytest.fail, tmp_path / "cache")


def test_a_mirror_that_cannot_be_reached_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_tree, "_mirror", lambda: "http://127.0.0.1:9/debian/")
    with pytest.raises(ToolMissing, match=r"could not be made \(apt-get update: .*apt-get install") as told:
        ensure_tree(lambda line: None, tmp_path)
    assert "\n" not in str(told.value)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_a_cache_that_cannot_be_written_is_told_in_one_sentence() -> None:
    with pytest.raises(ToolMissing, match="set IVR_CACHE_DIR"):
        ensure_tree(pytest.fail, Path("/proc/self/nowhere"))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"IVR_CACHE_DIR": "/a/b", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/a/b"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/ivr-rating"),
        ({"HOME": "/h"}, "/h/.cache/ivr-rating"),
    ],
)
def test_the_cache_folder(environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IVR_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(cache_folder()) == expected

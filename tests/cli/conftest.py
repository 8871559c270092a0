"""The command line as a user has it: a process of its own, its own folder, nothing of the checkout's data."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code, and what it said."""

    code: int
    out: str
    err: str

    def refused(self) -> str:
        """Return the one sentence of a refusal."""
        assert "Traceback" not in self.err
        assert (self.code, self.out) == (1, ""), self.err
        assert self.err.startswith("ivr: ")
        assert self.err.count("\n") == 1, self.err
        return self.err

    def ok(self) -> str:
        """Return what went to stdout."""
        assert self.code == 0, self.err
        return self.out


@dataclass(frozen=True)
class CommandLine:
    """Runs ``ivr`` in a foreign folder with settings of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **settings: str) -> Ended:
        command = [sys.executable, "-m", "ivr", *arguments]
        environment = self.environment | settings
        ended = subprocess.run(  # noqa: PLW1510 - the exit code is what the tests look at
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def into(self, target: str, *arguments: str) -> Ended:
        """Run the command with its stdout going to ``target``."""
        with Path(target).open("wb") as out:
            ended = subprocess.run(  # noqa: PLW1510 - as above
                [sys.executable, "-m", "ivr", *arguments],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                timeout=120,
            )
        return Ended(ended.returncode, "", ended.stderr)

    def with_stdin(self, text: str, *arguments: str) -> Ended:
        """Run the command with ``text`` as its stdin."""
        ended = subprocess.run(  # noqa: PLW1510 - as above
            [sys.executable, "-m", "ivr", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


def _environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("IVR_")}
    return clean | {
        "PYTHONPATH": str(ROOT),
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'ivr.db'}",
        "IVR_PEPPER_FILE": str(folder / "pepper"),
        "IVR_AGI_BIND": "127.0.0.1:0",
        "IVR_WEB_BIND": "127.0.0.1:0",
        "IVR_LAYOUTS_DIR": str(folder / "layouts"),
        "IVR_EXPERIMENTS_DIR": str(folder / "experiments"),
    }


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped prompts, built by the command itself; read only."""
    folder = tmp_path_factory.mktemp("built")
    built = CommandLine(folder, _environment(folder) | {"IVR_SOUNDS_DIR": str(folder / "sounds")})
    for kind in ("layouts", "experiments"):
        shutil.copytree(ROOT / "config" / kind, folder / kind)
    built("prompts", "build").ok()
    return folder / "sounds"


@pytest.fixture
def ivr(tmp_path: Path, sounds: Path) -> CommandLine:
    """The command, with the shipped layouts, experiment and prompts and no database yet."""
    for kind in ("layouts", "experiments"):
        shutil.copytree(ROOT / "config" / kind, tmp_path / kind)
    return CommandLine(tmp_path, _environment(tmp_path) | {"IVR_SOUNDS_DIR": str(sounds)})

"""What the catalogue's tests share: the shipped files, and prompts built once by the real engine."""

import shutil
from pathlib import Path

import pytest

from ivr.catalogue.build import build_prompts
from ivr.catalogue.speech import EspeakNg
from ivr.rig.programs import find_program

ROOT = Path(__file__).parents[2]
SHIPPED_LAYOUTS = ROOT / "config" / "layouts"
SHIPPED_EXPERIMENTS = ROOT / "config" / "experiments"
SHIPPED_TRANSCRIPTS = ROOT / "prompts" / "transcripts"


@pytest.fixture(scope="session")
def engine() -> EspeakNg:
    """espeak-ng as it is installed, else from the private tree of packages."""
    program = find_program("espeak-ng", print)
    return EspeakNg(program.command, program.environment)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory, engine: EspeakNg) -> Path:
    """The shipped prompts as built; read only."""
    sounds = tmp_path_factory.mktemp("spoken")
    build_prompts(SHIPPED_TRANSCRIPTS, sounds, engine)
    return sounds


@pytest.fixture
def sounds(spoken: Path, tmp_path: Path) -> Path:
    """A copy of the shipped prompts, to be spoilt."""
    copy = tmp_path / "sounds"
    shutil.copytree(spoken, copy)
    return copy

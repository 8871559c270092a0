"""The fit's own process: by the same settings as the service, whatever gave them, and nothing of it in the service."""

import subprocess
import sys
from pathlib import Path

import pytest

from ivr.bootstrap.fits import fit_options, fit_program
from ivr.domain.kpi.fit_options import FitOptions
from ivr.settings import Settings, load_settings
from ivr.usecases.fits import ALL_MONTHS, Months

SAY = (
    "from ivr.settings import load_settings; from ivr.bootstrap.fits import fit_options; s = load_settings(); "
    "print((s.database_url, s.layouts_dir, s.time_zone, fit_options(s)))"
)


def said_by(program_environment: dict[str, str], folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", SAY],
        env=program_environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


def test_the_process_reads_the_settings_of_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_OFFER_FLOOR", "0.25")
    monkeypatch.setenv("IVR_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    for settings in (
        Settings(database_url=f"sqlite:///{tmp_path}/a.db", offer_floor=None),
        Settings(
            database_url=f"sqlite:///{tmp_path}/b.db",
            layouts_dir=tmp_path / "layouts",
            time_zone="Europe/Berlin",
            reference_layout="paced-123",
            offer_floor=0.1 + 0.2,
            offer_floors={"support": 0.9, "a:b": 1 / 3},
            utility=(0.0, 1.5, 6.0),
        ),
    ):
        wanted = (settings.database_url, settings.layouts_dir, settings.time_zone, fit_options(settings))
        assert said_by(dict(fit_program(settings).environment), tmp_path) == str(wanted)


def test_the_process_reads_the_file_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('reference_layout = "sparse-531"\nutility = [0, 1, 6]\n[offer_floors]\nsupport = 0.8\n')
    settings = load_settings(file)
    program = fit_program(settings)
    assert program.environment["IVR_CONFIG"] == str(file)
    assert fit_options(settings) == FitOptions("sparse-531", None, {"support": 0.8}, (0.0, 1.0, 6.0))
    assert str(fit_options(settings)) in said_by(dict(program.environment), tmp_path)
    assert program.fit(ALL_MONTHS) == [sys.executable, "-m", "ivr", "kpi", "fit", "--aside"]
    assert program.fit(Months("2026-03", None))[-2:] == ["--from", "2026-03"]


def test_the_service_itself_loads_no_arithmetic() -> None:
    ask = "import sys, ivr.bootstrap.service; print([name for name in ('numpy', 'scipy') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"

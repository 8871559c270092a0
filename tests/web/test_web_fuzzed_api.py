"""The API against its own description, with requests that a machine thinks up: it must find nothing.

Schemathesis makes requests that the description allows and requests that it forbids, and holds every answer against
it: no fault of the server, no status, shape or header that is not described, nothing forbidden taken, nothing open
without the token. A window that ends before it begins is forbidden in words that a schema has none for, so 400 is
borne beside what is well formed.
"""

import asyncio
import sys
from pathlib import Path

import pytest

from ivr.domain.access import Right
from ivr.domain.outcomes import Outcome
from ivr.usecases.make_token import make_token
from ivr.web import sessions
from ivr.web.request_limits import Rate
from ivr.web.sitemap import SITEMAP
from tests.experiment_calls import drawn_calls
from tests.memory_calls import call_id
from tests.memory_ports import StoredCall

BORNE = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 409, 429]
"""
THINGS_THAT_ARE_THERE = f"""
[parameters]
"path.agent" = "ana"
"path.key" = "trial"
"path.pbx" = "{call_id(0).pbx}"
"path.uniqueid" = "{call_id(0).uniqueid}"
"""


@pytest.fixture
async def site(site, monkeypatch):
    """Calls of every outcome and an experiment; as many requests as anybody likes, and fits without end."""
    monkeypatch.setattr(sessions, "SIGNED_IN", Rate(1e9, 1e6))
    monkeypatch.setattr(sessions, "STRANGERS", Rate(1e9, 1e6))
    monkeypatch.setattr(site, "request_fit", lambda months: True)
    for outcome in Outcome:
        category = 2 if outcome is Outcome.RATED else None
        site.tallies.calls += [
            StoredCall(agent=agent, outcome=outcome, category=category, ended_at=site.now)
            for agent in ("ana", "ben", None)
            for _ in range(6)
        ]
    even = {"plain": 0.5, "paced": 0.5}
    site.experiments.calls["trial"] = drawn_calls(1, 200, layouts=even, answers=even, best=even)
    site.pass_time(days=1)
    return site


@pytest.mark.parametrize("settings", [BORNE, BORNE + THINGS_THAT_ARE_THERE], ids=["anything", "things-that-are-there"])
async def test_a_machine_finds_nothing(site, browser, tmp_path: Path, settings: str) -> None:
    rights = frozenset(Right) - {Right.OWN_ACCOUNT, Right.ACCOUNTS, Right.OWN_FIGURES}
    made = await make_token(site.sign_in, "adam", "adam", name="machine", scope=rights, days=9)
    (tmp_path / "schemathesis.toml").write_text(settings)
    run = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{browser.address}/api/v1/openapi.json",
        *("--header", f"Authorization: Bearer {made.secret}"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "12", "--seed", "6", "--generation-database", "none"),
        *("--continue-on-failure", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()
    others = sum(route.operation is not None for route in SITEMAP) - 1  # it asks for the description once, to read it
    assert f"Tested: {others}" in told.decode()

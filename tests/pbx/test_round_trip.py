"""What real calls left in the ledger goes out and into an empty one, and gives the same figures to the last digit."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ivr.rig.call_centre import staff
from ivr.rig.mix import plan_calls
from tests.pbx.lab import ivr_command, lab


async def test_exported_and_imported_calls_give_the_same_figures(tmp_path: Path) -> None:
    async with lab(tmp_path) as centre:
        await centre.run(plan_calls(24, 11, agents=[agent.endpoint for agent in staff(12)]), rate=4)
        original = centre.settings.database_url
    copy = f"sqlite:///{tmp_path / 'copy.db'}"
    pepper = str(tmp_path / "pepper")

    def ivr(database: str, *arguments: str) -> str:
        environment = os.environ | {"IVR_DATABASE_URL": database, "IVR_PEPPER_FILE": pepper}
        done = subprocess.run(ivr_command(*arguments), capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def figures(database: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(ivr(database, "kpi", "agents", "--format", "json"))
        del report["computed_at"]
        # Two ledgers are fitted at two moments.
        del report["fit"]["computed_at"], report["fit"]["age_seconds"]
        return report

    file = tmp_path / "calls.csv"
    file.write_text(await asyncio.to_thread(ivr, original, "export", "calls", "--format", "csv"))
    before = figures(original)
    assert before["handled"] == 24
    assert any(agent["rated"] for agent in before["agents"])

    ivr(copy, "import", "calls", str(file))
    assert figures(copy) == before
    ivr(copy, "import", "calls", str(file))
    assert figures(copy) == before
    assert ivr(copy, "export", "calls", "--format", "csv") == file.read_text()

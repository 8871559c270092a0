"""A demonstration that is long enough shows every outcome of the contract, and none that is not the caller's own."""

import json
import subprocess

from ivr.domain.outcomes import Outcome
from ivr.rig.mix import FEWEST_FOR_CRASH
from tests.pbx.lab import ivr_command


def test_a_long_demonstration_ends_in_every_outcome_without_a_mismatch() -> None:
    done = subprocess.run(
        ivr_command("demo", "--calls", str(FEWEST_FOR_CRASH), "--seed", "7", "--exit", "--json"),
        capture_output=True,
        text=True,
        timeout=600,
        cwd="/",
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["differences"] == {}
    assert result["mismatches"] == 0
    assert set(result["outcomes"]) == {outcome.value for outcome in Outcome}
    assert result["outcomes_sum"] == result["handled"] == result["calls"]
    # What was planned is compared with what became of it wherever the caller could do it.
    assert result["outcomes_checked"] > 0.9 * result["calls"]
    assert done.returncode == 0

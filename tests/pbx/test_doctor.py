"""``ivr doctor`` on a real Asterisk: in order, and with something broken."""

import asyncio
import os
import subprocess
from pathlib import Path

from tests.pbx.lab import Lab, ivr_command, lab


async def _doctor(centre: Lab, **changes: str) -> tuple[int, str]:
    environment = dict(centre.environment) | changes
    done = await asyncio.to_thread(
        subprocess.run, ivr_command("doctor"), capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, done.stdout + done.stderr


async def test_the_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    async with lab(tmp_path) as centre:
        status, told = await _doctor(centre)
        assert status == 0, told
        assert "WRONG" not in told

        status, told = await _doctor(centre, IVR_AMI_SECRET="not the secret")
        assert status == 1
        assert "IVR_AMI_SECRET" in told
        assert "not the secret" not in told

        status, told = await _doctor(centre, IVR_SOUNDS_DIR=str(tmp_path / "nowhere"))
        assert status == 1
        assert "ivr prompts build" in told

        status, told = await _doctor(centre, IVR_QUEUES="support,missing")
        assert status == 1
        assert "missing" in told


async def test_a_wrong_secret_or_a_taken_port_ends_the_start_in_one_sentence(tmp_path: Path) -> None:
    async with lab(tmp_path) as centre:
        environment = dict(centre.environment)

        def serve(**changes: str) -> tuple[int, str]:
            done = subprocess.run(
                ivr_command("serve"), capture_output=True, text=True, env=environment | changes, timeout=60, check=False
            )
            lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
            assert len(lines) == 1, done.stderr
            return done.returncode, lines[0]

        status, told = await asyncio.to_thread(serve)
        assert status == 1
        assert "in use" in told
        assert "IVR_AGI_BIND" in told

        status, told = await asyncio.to_thread(lambda: serve(IVR_AGI_BIND="127.0.0.1:0"))
        assert status == 1
        assert "IVR_WEB_BIND" in told

        fresh = {"IVR_AGI_BIND": "127.0.0.1:0", "IVR_WEB_BIND": "127.0.0.1:0", "IVR_AMI_SECRET": "wrong one"}
        status, told = await asyncio.to_thread(lambda: serve(**fresh))
        assert status == 1
        assert "manager.conf" in told
        assert "wrong one" not in told
        assert os.environ.get("IVR_AMI_SECRET") is None

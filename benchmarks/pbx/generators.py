"""The load's generators: small C programs, because they share the machine with Asterisk; compiled when needed."""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pbx.machine import Sample, Usage, sample
from ivr.errors import ToolMissing
from ivr.rig.child import Child
from ivr.rig.configuration import Ports
from ivr.rig.ports import RTP_SPAN, free_port, rtp_range

SOURCES = Path(__file__).parent
PROGRAMS = ("floor", "wire", "hostile")


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """One load: ``target`` callers in the rating at the same time."""

    target: int
    hold_seconds: float = 20.0
    """How long, once so many are in the rating."""
    calls: int = 0
    """End after so many ratings instead; 0: after ``hold_seconds``."""
    press_from_ms: int = 300
    """The earliest moment of a key from the first frame; the moments are spread evenly."""
    press_to_ms: int = 11_000
    leave_percent: int = 15
    """Of a hundred callers so many hang up within 0.3 s of their key."""
    talk_ms: int = 200
    spare: int = 30
    """Calls that are being set up or in conversation beside those in the rating."""
    ramp_per_second: int = 40
    longest_ms: int = 40_000
    """A caller who is still in the rating then hangs up, and counts as held too long."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One caller's rating as the caller had it. Times are microseconds of the wall clock, 0 where it never came."""

    call: str
    """The SIP Call-ID."""
    queue: str
    agent: str
    invited: int
    connected: int
    answered: int
    bye: int
    """When the agent's BYE was sent."""
    bye_answered: int
    first_frame: int
    key: str
    """The key that was pressed, ``-`` for none."""
    key_down: int
    key_up: int
    left: int
    left_by: str
    """``pbx``, ``caller``, ``stuck`` (held too long) or ``nobody`` (no end was seen)."""
    leaves: int
    frames_before: int
    """Frames that came before the agent's BYE."""
    frames: int
    late_40: int
    """Frames that came more than 40 ms after the one before, within one prompt."""
    late_60: int
    worst_gap: int
    pauses: int
    worst_pause: int


@dataclass(frozen=True, slots=True)
class FloorRun:
    """What one load came to."""

    plan: FloorPlan
    ratings: tuple[Rating, ...]
    notes: Mapping[str, float]
    """What the generator says of itself: steady_from, steady_to (µs), mean_rating, fewest_rating, worst_turn (µs)..."""
    gaps_ms: Mapping[int, int]
    """How often which gap between two frames of a prompt was heard in the steady part, in whole milliseconds."""
    pauses_ms: Mapping[int, int]
    """The same between two prompts."""
    usage: Usage | None
    """What the machine did in the steady part; None where that was never reached."""

    def steady(self, moment: int) -> bool:
        """Whether a moment lies in the steady part."""
        return 0 < self.notes["steady_from"] <= moment <= self.notes["steady_to"]


@dataclass(frozen=True, slots=True)
class Generators:
    """The compiled programs."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> "Generators":
        """Compile them into ``folder``.

        Raises:
            ToolMissing: there is no C compiler.
        """
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise ToolMissing("cc", "nor gcc; as root run: apt-get install gcc libc6-dev")
        for name in PROGRAMS:
            subprocess.run([compiler, "-O2", "-o", str(folder / name), str(SOURCES / f"{name}.c")], check=True)
        return cls(folder)

    async def start(self, name: str, *arguments: object, output: str | None = None) -> Child:
        """Start one; its output goes to a file of the folder."""
        return await Child.start(
            name,
            [str(self.folder / name), *(str(argument) for argument in arguments)],
            environment=os.environ,
            folder=self.folder,
            output=self.folder / (output or f"{name}.out"),
        )

    async def start_wire(self, port: int, service_port: int) -> Child:
        """Start the relay from ``port`` to the service; its log is ``wire.out``."""
        return await self.start("wire", port, service_port)


async def run_floor(
    generators: Generators, plan: FloorPlan, ports: Ports, folder: Path, processes: Mapping[str, int]
) -> FloorRun:
    """Run one load; ``processes`` are watched in its steady part."""
    tag = secrets.token_hex(4)
    first, _ = rtp_range()
    arguments = (
        *(ports.sip, free_port(socket.SOCK_DGRAM), ports.agents, first, RTP_SPAN, plan.target, plan.spare, plan.calls),
        *(round(plan.hold_seconds * 1000), plan.press_from_ms, plan.press_to_ms, plan.leave_percent, plan.talk_ms),
        *(plan.ramp_per_second, plan.longest_ms, secrets.randbelow(2**31), tag),
    )
    records = folder / f"floor-{tag}.out"
    with records.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            str(generators.folder / "floor"),
            *(str(argument) for argument in arguments),
            stdout=sink,
            stderr=asyncio.subprocess.PIPE,
        )
    watched = {**processes, "floor": process.pid}
    samples: list[Sample] = []
    complaints: list[str] = []
    try:
        assert process.stderr is not None
        while line := (await process.stderr.readline()).decode().strip():
            if line in {"steady", "ending"}:
                samples.append(sample(watched))
            else:
                complaints.append(line)
        if await process.wait() != 0:
            raise RuntimeError(f"the floor failed: {' '.join(complaints)}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    usage = samples[0].until(samples[1]) if len(samples) == 2 else None
    return _read(plan, records, usage)


def _read(plan: FloorPlan, records: Path, usage: Usage | None) -> FloorRun:
    ratings: list[Rating] = []
    marks: dict[str, list[str]] = {}
    for line in records.read_text().splitlines():
        words = line.split()
        if words[0] == "#":
            marks[words[1]] = words[2:] if words[1] in {"gaps", "pauses"} else words[1:]
            continue
        types = [str if hint is str else int for hint in Rating.__annotations__.values()]
        ratings.append(Rating(*(kind(word) for kind, word in zip(types, words, strict=True))))  # type: ignore[arg-type]
    notes = marks["steady_from"]
    return FloorRun(
        plan,
        tuple(ratings),
        dict(zip(notes[::2], map(float, notes[1::2]), strict=True)),
        _histogram(marks["gaps"]),
        _histogram(marks["pauses"]),
        usage,
    )


def _histogram(words: list[str]) -> dict[int, int]:
    return {int(word.partition(":")[0]): int(word.partition(":")[2]) for word in words}

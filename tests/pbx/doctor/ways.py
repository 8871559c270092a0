"""Ways to break a call centre: each breaks one thing while it is entered, and mends it on the way out."""

import asyncio
import contextlib
import resource
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.bootstrap.machine import Machine
from ivr.rig import asterisk as rig_asterisk
from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.configuration import write_configuration
from ivr.settings import HOME
from tests.pbx.doctor.patient import Patient, Way
from tests.pbx.lab import only

INVITING = (
    only("sequential-123").replace('key = "default"', 'key = "default"\ncontrol = "sequential-123"')
    + 'invitations = { "intro" = 0.5, "none" = 0.5 }\nscripts = { "thanks" = 0.5, "none" = 0.5 }\n'
)
MEND_AGI = "dialplan set global IVR_AGI {agi_url}"
Asked = AsyncIterator[None]


def told(**changes: str | None) -> Way:
    """Change the doctor's settings; ``{folder}`` stands for the test's folder, None unsets one."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        before = dict(patient.environment)
        places = {"folder": patient.folder, "agi_port": patient.agi_port, "web_port": patient.web_port}
        for name, value in changes.items():
            patient.environment.pop(name, None)
            if value is not None:
                patient.environment[name] = value.format_map(places)
        try:
            yield
        finally:
            patient.environment.clear()
            patient.environment.update(before)

    return during


def with_machine(make: Callable[[Machine], Machine]) -> Way:
    """Put something rare into this machine: a full disk cannot be made without root."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        before = patient.machine
        patient.machine = make(before)
        try:
            yield
        finally:
            patient.machine = before

    return during


def edited(file: str, old: str, new: str, reload: str | None = None) -> Way:
    """Change one of Asterisk's files, and have it read where Asterisk keeps it in memory."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        path = patient.etc / file
        before = path.read_text()
        assert old in before, f"{file} has no {old!r}"
        path.write_text(before.replace(old, new))
        try:
            if reload is not None:
                await patient.pbx.command(reload)
            yield
        finally:
            path.write_text(before)
            if reload is not None:
                await patient.pbx.command(reload)

    return during


def inviting(file: str, old: str, new: str, reload: str) -> Way:
    """Have the experiment invite callers and brief agents, and change one of Asterisk's files."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        folder = patient.folder / "inviting"
        folder.mkdir(exist_ok=True)
        (folder / "default.toml").write_text(INVITING)
        async with told(IVR_EXPERIMENTS_DIR=str(folder))(patient), edited(file, old, new, reload)(patient):
            yield

    return during


def commanded(breaking: str, mending: str) -> Way:
    """Break and mend by Asterisk's own command line."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        await patient.pbx.command(breaking.format(agi_url=patient.agi_url, port=patient.agi_port))
        try:
            yield
        finally:
            await patient.pbx.command(mending.format(agi_url=patient.agi_url))

    return during


def unloaded(module: str) -> Way:
    return commanded(f"module unload {module}", f"module load {module}")


def loaded(module: str) -> Way:
    return commanded(f"module load {module}", f"module unload {module}")


def never_loaded(module: str) -> Way:
    """Look at a second Asterisk that was started without a module, for those that cannot be taken out."""

    def without(*arguments: object, **named: object) -> Path:
        path = write_configuration(*arguments, **named)  # type: ignore[arg-type]
        with (path.parent / "modules.conf").open("a") as lines:
            lines.write(f"noload => {module}\n")
        return path

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        plan = replace(patient.pbx.plan, run_folder=patient.folder / f"without-{module}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rig_asterisk, "write_configuration", without)
            async with PrivateAsterisk(patient.program, plan) as pbx:
                ami = {"IVR_AMI_PORT": str(pbx.ami.port), "IVR_AMI_SECRET": pbx.ami.secret}
                async with told(**ami)(patient):
                    yield

    return during


def rating_dialplan(change: Callable[[str], str]) -> Way:
    """Have Asterisk load another ``ivr-rating.conf``."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        shipped = HOME / "dialplans" / "ivr-rating.conf"
        other = patient.folder / "other-rating.conf"
        text = shipped.read_text()
        assert change(text) != text
        other.write_text(change(text))
        async with edited("extensions.conf", str(shipped), str(other), "dialplan reload")(patient):
            yield

    return during


@asynccontextmanager
async def other_files(patient: Patient) -> Asked:
    """Damage copies of what lies on this machine's disk; the settings that name them come with ``told``."""
    source = sqlite3.connect(patient.folder / "ivr.db")
    copy = sqlite3.connect(patient.folder / "half.db")
    with contextlib.closing(source), contextlib.closing(copy):
        source.backup(copy)
        copy.execute("ALTER TABLE presses RENAME TO gone")
        copy.commit()
    for name, state in (("untallied", "book = NULL"), ("other-days", "zone = 'Asia/Tokyo'")):
        source = sqlite3.connect(patient.folder / "ivr.db")
        copy = sqlite3.connect(patient.folder / f"{name}.db")
        with contextlib.closing(source), contextlib.closing(copy):
            source.backup(copy)
            values = "('x', 'x', 'closed', '2026-03-01 09:00:00.000000', 'rated')"
            copy.execute(f"INSERT INTO calls (pbx, uniqueid, state, ended_at, outcome) VALUES {values}")
            copy.execute(f"UPDATE tally_state SET {state}")
            copy.commit()
    (patient.folder / "text.db").write_text("this is no database, whatever its name says " * 50)
    shutil.copy(patient.folder / "pepper", patient.folder / "open-pepper")
    (patient.folder / "open-pepper").chmod(0o644)
    sounds = patient.folder / "sounds"
    shutil.copytree(patient.environment["IVR_SOUNDS_DIR"], sounds, dirs_exist_ok=True)
    (sounds / "en" / "ivr-rating" / "intro.gsm").touch()
    yield


def files(**changes: str) -> Way:
    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        async with other_files(patient), told(**changes)(patient):
            yield

    return during


def open_files(most: int) -> Way:
    """Lower the limit of the service while it runs."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        pid = patient.service.pid
        assert pid is not None
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))

    return during


@asynccontextmanager
async def sounds_away(patient: Patient) -> Asked:
    link = patient.pbx.plan.run_folder / "share" / "sounds" / "en" / "ivr-rating"
    target = link.readlink()
    link.unlink()
    try:
        yield
    finally:
        link.symlink_to(target)


def listening(answer: bytes | None, setting: str) -> Way:
    """Put a program in place of the service that gives this answer to whatever it reads; None is silence."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            if setting == "IVR_AGI":
                way = commanded(f"dialplan set global IVR_AGI agi://127.0.0.1:{port}", MEND_AGI)
            else:
                way = told(**{setting: f"127.0.0.1:{port}"})
            async with way(patient):
                yield
        finally:
            server.close()

    return during


def saying(old: bytes, new: bytes) -> Way:
    """Put a wire before the manager that changes one thing which Asterisk says."""

    @asynccontextmanager
    async def during(patient: Patient) -> Asked:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", patient.pbx.ami.port)
            async with asyncio.TaskGroup() as both:
                both.create_task(pump(reader, far_writer))
                both.create_task(pump(far_reader, writer))

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while line := await reader.readline():
                    writer.write(line.replace(old, new))
            writer.close()

        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        try:
            async with told(IVR_AMI_PORT=str(server.sockets[0].getsockname()[1]))(patient):
                yield
        finally:
            server.close()

    return during


def without_lines(words: str) -> Callable[[str], str]:
    """Take the lines that hold ``words`` out of a file."""
    return lambda text: "\n".join(line for line in text.splitlines() if words not in line)

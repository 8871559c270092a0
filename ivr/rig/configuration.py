"""Writes the whole configuration of a private Asterisk into a run folder; nothing of the machine's is used."""

import re
import shutil
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from ivr.rig.call_centre import DIRECT_QUEUE, QUEUES, SAMPLED_QUEUE, Agent
from ivr.rig.programs import Program, library_folder

AMI_USER = "ivr"
# Where an installed Asterisk keeps its documentation (its modules do not load without it) and its sounds.
INSTALLED_DATA = (Path("/usr/share/asterisk"), Path("/var/lib/asterisk"), Path("/usr/local/share/asterisk"))
# sockaddr_un holds 108 bytes; Asterisk's own control socket is `asterisk.ctl`.
SOCKET_PATH_LIMIT = 100


class _Template(string.Template):
    """A template whose fields read ``@{name}``, because a dialplan is full of ``${NAME}``."""

    delimiter = "@"


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of 127.0.0.1 that one rig uses."""

    sip: int
    ami: int
    callers: int
    agents: int
    rtp_first: int
    rtp_last: int


@dataclass(frozen=True, slots=True)
class PbxPlan:
    """What the private Asterisk is to be: its folder, dialplan, sounds, agents and the AGI service it asks."""

    run_folder: Path
    rating_dialplan: Path
    """The file with the context ``ivr-rating``."""
    agi_url: str
    prompts: Path | None = None
    """A folder with ``<language>/ivr-rating/NAME.*``; None where there are no prompts."""
    agents: tuple[Agent, ...] = ()
    globals: Mapping[str, str] = field(default_factory=dict)
    """Further global variables for the rating context."""


def write_configuration(
    plan: PbxPlan, asterisk: Program, ports: Ports, *, token: str, ami_secret: str, socket_folder: Path
) -> Path:
    """Write every file Asterisk reads, and return the path of ``asterisk.conf``.

    ``token`` is what this Asterisk calls itself in SIP, so that it can be told from any other.
    """
    run = plan.run_folder
    for name in ("etc", "var/lib/agi-bin", "var/spool", "var/log/cdr-csv", "share"):
        (run / name).mkdir(parents=True, exist_ok=True)
    values = {
        "run": str(run),
        "modules_line": _modules_line(asterisk),
        "socket_folder": str(socket_folder),
        "token": token,
        "sip_port": ports.sip,
        "ami_port": ports.ami,
        "ami_user": AMI_USER,
        "ami_secret": ami_secret,
        "rtp_first": ports.rtp_first,
        "rtp_last": ports.rtp_last,
        "agi_url": plan.agi_url,
        "globals": "\n".join(f"{name} = {value}" for name, value in plan.globals.items()),
        "rating_dialplan": str(plan.rating_dialplan.absolute()),
        "direct_queue": DIRECT_QUEUE,
        "agents": "".join(_endpoint(agent, ports.agents) for agent in plan.agents),
        "queues": "".join(_queue(queue, plan.agents) for queue in (*QUEUES, SAMPLED_QUEUE)),
    }
    for template in resources.files("ivr.rig").joinpath("etc").iterdir():
        if template.name.endswith(".conf"):
            text = _Template(template.read_text("utf-8")).substitute(values)
            (run / "etc" / template.name).write_text(text, "utf-8")
    _lay_out_data(plan, asterisk)
    return run / "etc/asterisk.conf"


def _modules_line(asterisk: Program) -> str:
    if asterisk.tree is None:
        return "; the modules are where the installed program expects them"
    return f"astmoddir => {library_folder(asterisk.tree)}/asterisk/modules"


def _endpoint(agent: Agent, port: int) -> str:
    return (
        f"\n[{agent.endpoint}](agent)\naors = {agent.endpoint}\n"
        f"[{agent.endpoint}]\ntype = aor\ncontact = sip:{agent.endpoint}@127.0.0.1:{port}\n"
    )


def _queue(queue: str, agents: tuple[Agent, ...]) -> str:
    members = (f"member => {agent.interface},0,{agent.name}\n" for agent in agents if queue in agent.queues)
    return f"\n[{queue}](queue)\n" + "".join(members)


def _lay_out_data(plan: PbxPlan, asterisk: Program) -> None:
    """Make the data folder: the documentation, the core sounds and the prompts, all as links."""
    share = plan.run_folder / "share"
    bases = [base for base in _data_folders(asterisk) if base.is_dir()]
    for base in bases:
        if (base / "documentation").is_dir():
            _link(share / "documentation", base / "documentation")
            break
    shutil.rmtree(share / "sounds", ignore_errors=True)
    english = share / "sounds/en"
    english.mkdir(parents=True)
    if core := _core_sounds(bases):
        for entry in sorted(core.iterdir()):
            _link(english / entry.name, entry)
    if plan.prompts is not None:
        for folder in sorted(plan.prompts.glob("*/ivr-rating")):
            (share / "sounds" / folder.parent.name).mkdir(exist_ok=True)
            _link(share / "sounds" / folder.parent.name / "ivr-rating", folder)


def _data_folders(asterisk: Program) -> tuple[Path, ...]:
    return INSTALLED_DATA if asterisk.tree is None else (asterisk.tree / "usr/share/asterisk",)


def _core_sounds(bases: list[Path]) -> Path | None:
    """Find the English core sounds; the folder named ``en`` itself may be a link that leads nowhere."""
    found = [
        folder
        for base in bases
        for folder in sorted((base / "sounds").glob("en*"))
        if re.fullmatch(r"en([_-].*)?", folder.name) and folder.is_dir() and any(folder.iterdir())
    ]
    return found[0] if found else None


def _link(at: Path, target: Path) -> None:
    at.unlink(missing_ok=True)
    at.symlink_to(target.resolve())

"""What breaks on this machine's side: settings, files, disk, and the running service."""

import json
from dataclasses import replace

from ivr.bootstrap.house_checks import HouseCheck
from ivr.telephony.probe.findings import PbxCheck
from tests.pbx.doctor.patient import Breakage, ticking
from tests.pbx.doctor.ways import files, listening, open_files, told, with_machine


def raise_import(_module: str) -> None:
    raise ImportError("no such library")


def unavailable(body: str) -> bytes:
    return f"HTTP/1.0 503 Service Unavailable\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


NOT_READY = json.dumps({"ready": False, "reasons": {"manager": "Asterisk's manager is not reached"}})
DATABASE_LINES = frozenset(
    {HouseCheck.DATABASE_WRITES, HouseCheck.DATABASE_COMMIT, HouseCheck.DISK, HouseCheck.TALLIES, HouseCheck.FITS}
)
PROVEN_BY_WEB = frozenset({HouseCheck.AGI, HouseCheck.OPEN_FILES, PbxCheck.SERVICE_ADDRESS})
BREAKAGES_HERE: tuple[Breakage, ...] = (
    Breakage("no such experiment", HouseCheck.CATALOGUE, told(IVR_EXPERIMENT="nothing"), "nothing", "default"),
    Breakage("a copy in another format", HouseCheck.PROMPTS, files(IVR_SOUNDS_DIR="{folder}/sounds"),
             "intro.gsm: Asterisk may play this", "delete it"),
    Breakage("no prompts built", HouseCheck.PROMPTS, told(IVR_SOUNDS_DIR="{folder}/nowhere"), "missing",
             "ivr prompts build", also=frozenset({HouseCheck.CATALOGUE, PbxCheck.SOUNDS})),
    Breakage("pepper open to others", HouseCheck.PEPPER, files(IVR_PEPPER_FILE="{folder}/open-pepper"),
             "can be read or written by others", "chmod 600"),
    Breakage("pepper not made yet", HouseCheck.PEPPER, told(IVR_PEPPER_FILE="{folder}/no-pepper"), "not there yet",
             "ivr serve", ok=None),
    Breakage("no comments folder", HouseCheck.COMMENTS, told(IVR_COMMENTS_DIR="{folder}/nowhere"),
             "no comment is recorded", "IVR_COMMENTS_DIR"),
    Breakage("comments that cannot be deleted", HouseCheck.COMMENTS,
             with_machine(lambda machine: replace(machine, may_write=lambda _folder: False)),
             "stay longer than their layouts say", "install -d"),
    Breakage("comments that Asterisk cannot write", HouseCheck.COMMENTS,
             with_machine(lambda machine: replace(machine, users_of=lambda _program: [(4242, frozenset({4242}))])),
             "Asterisk's user 4242 may not write", "2770"),
    Breakage("an Asterisk that is not seen", HouseCheck.COMMENTS,
             with_machine(lambda machine: replace(machine, users_of=lambda _program: [])),
             "no Asterisk is seen to run", "IVR_TEST=1", ok=None),
    Breakage("no database file", HouseCheck.DATABASE, files(IVR_DATABASE_URL="sqlite:///{folder}/text.db"),
             "not an SQLite database", "name another file", unseen=DATABASE_LINES),
    Breakage("database not made yet", HouseCheck.DATABASE, told(IVR_DATABASE_URL="sqlite:///{folder}/new.db"),
             "no database at", "ivr serve", ok=None, unseen=DATABASE_LINES - {HouseCheck.DISK}),
    Breakage("a table is gone", HouseCheck.DATABASE_WRITES, files(IVR_DATABASE_URL="sqlite:///{folder}/half.db"),
             "presses", "restore"),
    Breakage("slow disk", HouseCheck.DATABASE_COMMIT,
             with_machine(lambda machine: replace(machine, seconds=ticking(0.15))), "takes 150.0 ms", "local SSD"),
    Breakage("full disk", HouseCheck.DISK,
             with_machine(lambda machine: replace(machine, free_bytes=lambda _folder: 10 << 20)), "10 MiB free",
             "free 512 MiB"),
    Breakage("calls of before", HouseCheck.TALLIES, files(IVR_DATABASE_URL="sqlite:///{folder}/untallied.db"),
             "not tallied yet", "ivr db tallies --rebuild", also=frozenset({HouseCheck.FITS})),
    Breakage("days of another zone", HouseCheck.TALLIES, files(IVR_DATABASE_URL="sqlite:///{folder}/other-days.db"),
             "days of Asia/Tokyo", "ivr db tallies --rebuild", ok=None, also=frozenset({HouseCheck.FITS})),
    Breakage("a service that fits nothing", HouseCheck.FITS, told(IVR_FIT_MINUTES="0"), "fit_minutes is 0",
             "ivr kpi fit", ok=None),
    Breakage("run as another user", HouseCheck.OWNER,
             with_machine(lambda machine: replace(machine, user_id=lambda: 54321)), "this ran as user 54321",
             "sudo -u", ok=None),
    Breakage("no uvloop", HouseCheck.EVENT_LOOP,
             with_machine(lambda machine: replace(machine, load=raise_import)), "cannot be loaded", "install",
             ok=None),
    Breakage("AGI port open to everybody", HouseCheck.AGI_BIND, told(IVR_AGI_BIND="0.0.0.0:{agi_port}"),
             "open to everybody", "IVR_AGI_ALLOW"),
    Breakage("AGI port open without a secret", HouseCheck.AGI_BIND,
             told(IVR_AGI_BIND="0.0.0.0:{agi_port}", IVR_AGI_ALLOW="192.0.2.0/24", IVR_AGI_SECRET=None),
             "without a shared secret", "IVR_AGI_SECRET", ok=None, also=frozenset({HouseCheck.AGI})),
    Breakage("web port open without TLS", HouseCheck.WEB_BIND, told(IVR_WEB_BIND="0.0.0.0:{web_port}"), "passwords",
             "IVR_WEB_TLS", ok=None),
    Breakage("another program on the web port", HouseCheck.WEB, listening(unavailable("try later"), "IVR_WEB_BIND"),
             "another program", "ivr serve", also=PROVEN_BY_WEB),
    Breakage("not ready", HouseCheck.WEB, listening(unavailable(NOT_READY), "IVR_WEB_BIND"),
             "manager: Asterisk's manager is not reached", "mend what it names", also=PROVEN_BY_WEB),
    Breakage("web port without an answer", HouseCheck.WEB, told(IVR_WEB_BIND="127.0.0.1:1"), "nothing answers",
             "ivr serve", also=PROVEN_BY_WEB),
    Breakage("nobody on the AGI port", HouseCheck.AGI, told(IVR_AGI_BIND="127.0.0.1:1"), "nobody listens",
             "ivr serve"),
    Breakage("a hanging service", HouseCheck.AGI, listening(None, "IVR_AGI_BIND"), "says nothing",
             "restart the service"),
    Breakage("another program on the AGI port", HouseCheck.AGI, listening(b"SSH-2.0-x\r\n", "IVR_AGI_BIND"),
             "another program", "stop it"),
    Breakage("another closing program on the AGI port", HouseCheck.AGI, listening(b"", "IVR_AGI_BIND"),
             "is not the service", "stop the other one"),
    Breakage("another secret in the settings", HouseCheck.AGI, told(IVR_AGI_SECRET="this-is-not-the-secret"),
             "refuses the shared secret", "IVR_AGI_SECRET"),
    Breakage("few open files", HouseCheck.OPEN_FILES, open_files(256), "may open 256", "LimitNOFILE=5224"),
    Breakage("a shell's open files", HouseCheck.OPEN_FILES, open_files(1024), "turned away",
             "IVR_AGI_SESSIONS", ok=None),
    Breakage("no AMI secret", HouseCheck.AMI_ACCOUNT, told(IVR_AMI_SECRET=None), "no secret is set",
             "dialplans/manager.conf.sample", unseen=frozenset(PbxCheck)),
    Breakage("an AMI secret of two lines", HouseCheck.AMI_ACCOUNT, told(IVR_AMI_SECRET="hunter2\r\nAction: Originate"),
             "holds a line break", "write it on one line", unseen=frozenset(PbxCheck)),
)  # fmt: skip

"""Asterisk's queues: that those which count are there and say who answered, and that queue_log is written."""

from collections.abc import Sequence

from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView, is_yes

_RELOAD = "then: asterisk -rx 'queue reload all'"


def queues(view: PbxView, wanted: Sequence[str]) -> list[Finding]:
    """Look at the queues that count: ``wanted``, or all of Asterisk's where that is empty."""
    check = PbxCheck.QUEUES
    if view.session.ask("QueueStatus").get("Response") == "Error":
        remedy = "load app_queue.so; direct calls are rated without it"
        return [Finding.note(check, "could not be seen (app_queue is not loaded)", remedy)]
    present = [row["Queue"] for row in view.session.ask_list("QueueStatus") if row["Event"] == "QueueParams"]
    if not wanted and not present:
        remedy = "add queues to queues.conf where callers wait for agents"
        return [Finding.note(check, "Asterisk has no queue; only direct calls can be rated", remedy)]
    there = ", ".join(present) or "none"
    findings = [
        Finding.wrong(
            check,
            f"Asterisk has no queue {name}",
            f"write it in IVR_QUEUES as in queues.conf (there: {there})",
        )
        for name in wanted
        if name not in present
    ]
    counted = [name for name in wanted or present if name in present]
    silent = [name for name in counted if not is_yes(view.option("queues.conf", name, "setinterfacevar"))]
    findings += [_silent_queue(view, name) for name in silent]
    return findings or [Finding.sound(check, f"{', '.join(counted)}: each says who answered (setinterfacevar = yes)")]


def _silent_queue(view: PbxView, name: str) -> Finding:
    remedy = f"in queues.conf set setinterfacevar = yes under [{name}]; {_RELOAD}"
    # A queue of the file has some option; one of a database has none there.
    in_file = any(
        view.option("queues.conf", name, option) for option in ("setinterfacevar", "strategy", "member", "timeout")
    )
    if in_file:
        detail = f"{name} does not set MEMBERINTERFACE: the dialplan cannot say who answered"
        return Finding.wrong(PbxCheck.QUEUES, detail, remedy)
    unseen = f"the options of {name} could not be seen (from a database, all by default, or func_config is not loaded)"
    return Finding.note(PbxCheck.QUEUES, unseen, f"make sure that it has setinterfacevar = yes: {remedy}")


def queue_log(view: PbxView) -> list[Finding]:
    """Look whether queue_log is written: it keeps what callers press while the service is away."""
    check = PbxCheck.QUEUE_LOG
    remedy = "in logger.conf set queue_log = yes under [general]; then: asterisk -rx 'logger reload'"
    if not view.sees_configuration:
        detail = "could not be seen (func_config is not loaded)"
        return [Finding.note(check, detail, f"look at it yourself: {remedy}")]
    option = view.option("logger.conf", "general", "queue_log")
    if option and not is_yes(option):
        return [Finding.wrong(check, "is off: ratings taken while the service is away are lost", remedy)]
    name = view.option("logger.conf", "general", "queue_log_name") or "queue_log"
    return [Finding.sound(check, f"on, in {view.variable('ASTLOGDIR')}/{name}")]

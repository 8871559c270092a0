"""The round through one Asterisk: signs in with the service's own account, looks at everything, signs out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from ivr.errors import AmiRefused
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.manager_session import ManagerSession
from ivr.telephony.loopback import is_loopback
from ivr.telephony.probe import account as rights
from ivr.telephony.probe import clock, modules, queues
from ivr.telephony.probe.dialplan import Step
from ivr.telephony.probe.entries import entries
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.invitation_entry import BeforeQueue, invitation_entry
from ivr.telephony.probe.rating_context import rating_context
from ivr.telephony.probe.service_address import Visit, pbx_name, service_address
from ivr.telephony.probe.sounds import Prompts, sounds
from ivr.telephony.probe.view import PbxView
from ivr.usecases.ports import Clock

_NO_MORE = "nothing of Asterisk could be looked at"
Look = Callable[[PbxView], list[Finding]]


@dataclass(frozen=True, slots=True)
class Expected:
    """What Asterisk is compared with.

    ``queues`` are those that the configuration counts; all that Asterisk has where there are none. ``dialplan`` is
    the shipped one, ``prompts`` the built files, ``visit`` follows an AGI address to the service, ``before_queue``
    is what the experiment gives there.
    """

    clock: Clock
    zone: tzinfo
    pbx: str
    queues: Sequence[str]
    dialplan: Sequence[Step]
    prompts: Prompts
    visit: Visit
    before_queue: BeforeQueue


def probe_asterisk(account: AmiAccount, expected: Expected) -> list[Finding]:
    """Look at the Asterisk behind ``account`` and return what was found; blocks, raises nothing for its faults.

    Raises :class:`SettingsRefused` where the name or the secret cannot be sent.
    """
    where = f"{account.host}:{account.port}"
    try:
        session = ManagerSession.sign_in(
            account.host, account.port, account.user, account.secret, deadline_seconds=account.answer_seconds
        )
    except AmiRefused as refusal:
        remedy = (
            f"compare IVR_AMI_USER and IVR_AMI_SECRET, and this machine with permit, in manager.conf; {rights.RELOAD}"
        )
        return [_answers(where), Finding.wrong(PbxCheck.SIGN_IN, f"{_NO_MORE}: {refusal}", remedy)]
    except OSError as fault:
        return [
            Finding.wrong(
                PbxCheck.ADDRESS,
                f"{_NO_MORE}: nothing usable answers on {where}: {fault}",
                "start Asterisk; set enabled = yes in manager.conf, IVR_AMI_HOST and IVR_AMI_PORT here",
            )
        ]
    findings = [_answers(where), Finding.sound(PbxCheck.SIGN_IN, f"signed in as {account.user}")]
    with session:
        view = PbxView(session, account.user)
        try:
            findings += [*rights.version(view), *rights.write_rights(view)]
            if "Getvar" in view.actions:
                for look in _looks(expected, same_machine=is_loopback(account.host)):
                    findings += look(view)
        except OSError as fault:
            remedy = "see Asterisk's log, and run the check again"
            findings[0] = Finding.wrong(PbxCheck.ADDRESS, f"{where} broke off, the rest was not seen: {fault}", remedy)
    return findings


def _looks(expected: Expected, *, same_machine: bool) -> tuple[Look, ...]:
    return (
        rights.read_rights,
        rights.event_filter,
        rights.timestamps,
        rights.exposure,
        rights.dangerous_functions,
        modules.modules,
        modules.program_modules,
        partial(queues.queues, wanted=expected.queues),
        queues.queue_log,
        partial(rating_context, shipped=expected.dialplan),
        entries,
        partial(invitation_entry, given=expected.before_queue),
        partial(service_address, visit=expected.visit, same_machine=same_machine),
        partial(pbx_name, name=expected.pbx),
        partial(sounds, built=expected.prompts, same_machine=same_machine),
        partial(clock.clock, now=expected.clock),
        partial(clock.time_zone, now=expected.clock, zone=expected.zone),
    )


def _answers(where: str) -> Finding:
    return Finding.sound(PbxCheck.ADDRESS, f"Asterisk's manager answers on {where}")

"""The doctor's round: this machine's side, the running service, then Asterisk as its manager tells of it."""

from collections.abc import Sequence
from functools import partial

from ivr.bootstrap import comment_checks, database_checks, house_checks, parts, service_checks
from ivr.bootstrap.house_checks import HouseCheck
from ivr.bootstrap.machine import Machine
from ivr.catalogue.recordings import recording_path
from ivr.domain.closing import DIRECT_QUEUE
from ivr.domain.experiments import Stratum
from ivr.domain.invitations import NONE
from ivr.domain.timelines import SILENCE
from ivr.errors import IvrError
from ivr.settings import HOME, Settings
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.probe.asterisk import Expected, probe_asterisk
from ivr.telephony.probe.dialplan import written_steps
from ivr.telephony.probe.findings import Finding
from ivr.telephony.probe.invitation_entry import BeforeQueue
from ivr.telephony.probe.sounds import Prompts

DIALPLAN = HOME / "dialplans" / "ivr-rating.conf"


def examine(settings: Settings, machine: Machine | None = None) -> list[Finding]:
    """Look at everything that a rating needs, and return what was found; blocks for some seconds, changes nothing."""
    machine = machine or Machine()
    return [
        house_checks.catalogue(settings),
        *house_checks.prompts(settings),
        house_checks.pepper(settings),
        comment_checks.comments(settings, machine),
        *database_checks.database(settings, machine),
        house_checks.owner(settings, machine),
        house_checks.event_loop(machine),
        house_checks.agi_bind(settings),
        house_checks.web_bind(settings),
        *service_checks.service(settings),
        *_asterisk(settings, machine),
    ]


def _asterisk(settings: Settings, machine: Machine) -> list[Finding]:
    if settings.ami_secret is None:
        return [
            Finding.wrong(
                HouseCheck.AMI_ACCOUNT,
                "no secret is set: calls that never reach the rating are not seen; nothing of Asterisk was looked at",
                "set IVR_AMI_SECRET to the secret of the user in dialplans/manager.conf.sample",
            )
        ]
    secret = settings.ami_secret.get_secret_value()
    expected = Expected(
        clock=machine.now,
        zone=settings.zone,
        pbx=settings.pbx,
        # Direct calls count under a name that no queue of Asterisk has.
        queues=[queue for queue in settings.queues if queue != DIRECT_QUEUE],
        dialplan=written_steps(DIALPLAN.read_text("utf-8")),
        prompts=_prompts(settings),
        visit=partial(service_checks.visit, settings),
        before_queue=_before_queue(settings),
    )
    account = AmiAccount(settings.ami_host, settings.ami_port, settings.ami_user, secret)
    try:
        return [
            Finding.sound(HouseCheck.AMI_ACCOUNT, f"set, for the user {settings.ami_user}"),
            *probe_asterisk(account, expected),
        ]
    except IvrError as refusal:  # a name or a secret that cannot be sent
        return [house_checks.refused(HouseCheck.AMI_ACCOUNT, refusal)]


def _before_queue(settings: Settings) -> BeforeQueue:
    strata = _strata(settings)
    return BeforeQueue(
        invitations=any(set(stratum.invitations) - {NONE} for stratum in strata),
        scripts=any(set(stratum.scripts) - {NONE} for stratum in strata),
    )


def _strata(settings: Settings) -> Sequence[Stratum]:
    """Return what the experiment gives where; what is wrong with it is told by its own line."""
    try:
        return parts.experiment(settings, parts.catalogue(settings)).strata
    except IvrError:
        return ()


def _prompts(settings: Settings) -> Prompts:
    """Return what callers and agents can hear, by language; what is wrong with layouts is told by their own line."""
    try:
        layouts = parts.layouts(settings).values()
    except IvrError:
        return {}
    names: dict[str, set[str]] = {}
    for layout in layouts:
        names.setdefault(layout.language, {SILENCE}).update(layout.prompts())
    arms = {arm for stratum in _strata(settings) for arm in (*stratum.invitations, *stratum.scripts)} - {NONE}
    for language, wanted in names.items():
        wanted.update(arm for arm in arms if recording_path(settings.sounds_dir, language, arm).is_file())
    return {
        language: {name: recording_path(settings.sounds_dir, language, name) for name in sorted(wanted)}
        for language, wanted in names.items()
    }

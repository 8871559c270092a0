"""The doctor's round: what this machine's side can tell, then what Asterisk's manager tells."""

from collections.abc import Callable

from ivr.bootstrap import parts
from ivr.catalogue.check import check_prompts
from ivr.domain.closing import DIRECT_QUEUE
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.store.database import open_database
from ivr.telephony.probe import Finding, probe_ami


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that a rating needs, and return what was found; blocks for some seconds."""
    return [
        _check("layouts and experiments", lambda: _catalogue(settings)),
        *_prompts(settings),
        _check("pepper", lambda: _pepper(settings)),
        _check("database", lambda: _database(settings)),
        *_manager(settings),
    ]


def _check(name: str, look: Callable[[], str]) -> Finding:
    """Run one look; a refusal already says what is wrong and what to do."""
    try:
        return Finding(name, ok=True, detail=look())
    except IvrError as refusal:
        return Finding(name, ok=False, detail=str(refusal))


def _catalogue(settings: Settings) -> str:
    loaded = parts.catalogue(settings)
    running = parts.experiment(settings, loaded)
    return f"{len(loaded.layouts)} layouts; experiment {running.key} assigns {len(running.layout_keys())} of them"


def _prompts(settings: Settings) -> list[Finding]:
    try:
        findings = check_prompts(settings.transcripts_dir, settings.sounds_dir, parts.layouts(settings).values())
    except IvrError as refusal:
        return [Finding("prompts", ok=False, detail=str(refusal))]
    if findings:
        return [Finding("prompts", ok=False, detail=str(finding)) for finding in findings]
    return [Finding("prompts", ok=True, detail=f"all there, under {settings.sounds_dir}")]


def _pepper(settings: Settings) -> str:
    parts.pseudonyms(settings)
    return f"kept in {settings.pepper_file}, readable by its owner only"


def _database(settings: Settings) -> str:
    database = open_database(settings.database_url)
    try:
        return f"{database.dialect}, up to date"
    finally:
        database.close()


def _manager(settings: Settings) -> list[Finding]:
    if settings.ami_secret is None:
        return [
            Finding(
                "AMI",
                ok=False,
                detail="no secret is set, so calls that never reach the rating are not seen",
                remedy="set IVR_AMI_SECRET to the secret of the user in dialplans/manager.conf.sample",
            )
        ]
    return probe_ami(
        settings.ami_host,
        settings.ami_port,
        settings.ami_user,
        settings.ami_secret.get_secret_value(),
        clock=parts.now,
        # Direct calls count under a name that no queue of Asterisk has.
        queues=[queue for queue in settings.queues if queue != DIRECT_QUEUE],
    )

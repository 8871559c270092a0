"""Building the prompts with the speech engine that the rig finds or makes."""

from collections.abc import Callable

from ivr.catalogue.build import BuildReport, build_prompts
from ivr.catalogue.speech import EspeakNg
from ivr.rig.programs import find_program
from ivr.settings import Settings


def build_all(settings: Settings, say: Callable[[str], None]) -> BuildReport:
    """Build what has changed; the engine is the installed espeak-ng, else one from the distribution's packages."""
    engine = find_program("espeak-ng", say)
    return build_prompts(settings.transcripts_dir, settings.sounds_dir, EspeakNg(engine.command, engine.environment))

"""A preview as JSON: what ``ivr layouts preview --json`` writes."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ivr.catalogue.burden import burden_of
from ivr.catalogue.preview_wav import Sound
from ivr.catalogue.recordings import RATE_HZ
from ivr.domain.leading import why_it_leads
from ivr.domain.previews import PreviewLine
from ivr.domain.timelines import LayoutVersion


def preview_json(version: LayoutVersion, lines: Sequence[PreviewLine], sound: Sound | None = None) -> dict[str, Any]:
    """Return ``lines`` of ``version`` with its timeline and burden; all times are seconds.

    Where there is a ``sound``, each line has ``wav_at_seconds``, its place in the file.
    """
    return {
        "layout": version.layout.key,
        "version": version.version,
        "language": version.layout.language,
        "leads": list(why_it_leads(version)),
        "seconds_until_option": {
            option.press: end
            for option, end in zip(version.layout.options, version.timeline.option_end_seconds, strict=True)
        },
        "burden": asdict(burden_of(version)),
        "further": {key: further.version for key, further in version.further.items()},
        "lines": [
            asdict(line) | ({} if sound is None else {"wav_at_seconds": sound.clips[number].begin / RATE_HZ})
            for number, line in enumerate(lines)
        ],
        "wav_seconds": None if sound is None else sound.seconds,
    }

"""Known experiments: those with a file, with a log, or carried by calls."""

from collections.abc import Collection

from ivr.errors import ExperimentUnknown
from ivr.usecases.ports import ExperimentCounts, ExperimentLog


async def require_known(key: str, defined: Collection[str], counts: ExperimentCounts, decisions: ExperimentLog) -> None:
    """Raise ExperimentUnknown, with the names of all others, where nothing knows ``key``; ``defined`` have a file."""
    if key in defined:
        return
    logged = {each.experiment for each in await decisions.of()}
    known = {*defined, *logged, *await counts.experiments()}
    if key not in known:
        named = f"name one of {', '.join(sorted(known))}" if known else "there is none yet"
        raise ExperimentUnknown(f"{key}: no experiment and no call has this key; {named}")

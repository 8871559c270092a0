"""The limit of open files: every call being asked is a socket, and so is every page that shows the ledger live."""

import resource

import structlog

from ivr.telephony.agi.admission import Limits

_SPARE_FILES = 200  # the ledger, the manager, the web's connections

log = structlog.get_logger(__name__)


def files_for(calls: int) -> int:
    """Return how many files are wanted: by so many calls, their last keys, unfinished headers, and all the rest."""
    return 2 * calls + Limits().unfinished_at_most + _SPARE_FILES


def allow_open_files(calls: int) -> None:
    """Raise this process's own limit so far that ``calls`` fit, and say so where it may not be raised so far."""
    wanted = files_for(calls)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
    if reachable < wanted:
        log.warning(
            "open_files_low", allowed=reachable, wanted=wanted, remedy=f"set LimitNOFILE={wanted} in the service's unit"
        )

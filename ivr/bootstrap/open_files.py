"""The limit of open files: every call being asked is a socket, and so is every page that shows the ledger live."""

import resource

import structlog

SPARE_FILES = 200
"""What the service opens besides its calls: the ledger, the manager, the web's connections, unfinished headers."""

log = structlog.get_logger(__name__)


def allow_open_files(calls: int) -> None:
    """Raise this process's own limit so far that ``calls`` fit, and say so where it may not be raised so far."""
    wanted = calls + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
    if reachable < wanted:
        log.warning(
            "open_files_low", allowed=reachable, wanted=wanted, remedy=f"set LimitNOFILE={wanted} in the service's unit"
        )

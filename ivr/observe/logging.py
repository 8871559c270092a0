"""Logging: one JSON object a line, from our code and from the libraries alike, with the call id bound.

Static event names with fields beside them, so that lines can be counted. Secrets and caller numbers never
get here: they are not passed to a log call in the first place.

Our own lines do not pass through the standard library's logging, which costs as much again as the line itself:
structlog renders them and writes them to the same stream, under the same lock. A level that is off costs a call
that does nothing. Records of libraries are rendered by the same processors.
"""

import json
import logging
import select
import sys
from collections.abc import MutableMapping
from threading import RLock
from typing import Any, Final, TextIO

import structlog

_Event = MutableMapping[str, Any]

_SHARED: Final[tuple[structlog.types.Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)
"""Each changes the event that it is given."""

_encode: Final = json.JSONEncoder(default=repr).encode


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records as JSON lines to ``stream`` (stderr), from ``level`` on."""
    lines = _Lines(stream or sys.stderr)
    structlog.configure(
        processors=[_add_name, *_SHARED, _render],
        logger_factory=lambda name="ivr": _NamedLines(name, lines),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_LineHandler(lines)]
    root.setLevel(level.upper())
    logging.captureWarnings(True)  # noqa: FBT003 - the library's own signature
    # One line for each page view is the reverse proxy's business.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


class _Lines:
    """The stream, one whole line at a time; a line that would have to wait is lost, and counted.

    What reads a log can stop reading (a pager, a container's log driver, a journal whose disk hangs), and a write
    that waits for it in the event loop would hold every caller.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._room = _room_of(stream)
        self._lost = 0
        # Reentrant: what is collected in the middle of a write may have something to say too.
        self._lock = RLock()

    def write(self, line: str) -> None:
        try:
            with self._lock:
                if self._room is not None and not self._room.poll(0):
                    self._lost += 1
                    return
                if self._lost:
                    notice = {"event": "log_lines_lost", "lines": self._lost, "logger": __name__}
                    self._stream.write(_line(notice, "warning"))
                    self._stream.flush()
                    self._lost = 0
                self._stream.write(line)
                self._stream.flush()
        except (OSError, ValueError, RuntimeError):
            # A full disk or a closed pipe behind the log is nothing that a caller should feel.
            self._lost += 1


def _room_of(stream: TextIO) -> "select.poll | None":
    """Return what says whether ``stream`` takes a line at once; None where it is no file."""
    room = select.poll()
    try:
        room.register(stream.fileno(), select.POLLOUT)
    except (OSError, ValueError):
        return None
    return room


class _NamedLines:
    """What a structlog logger writes to: the lines of one module, whatever their level."""

    def __init__(self, name: str, lines: _Lines) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = lines.write


class _LineHandler(logging.Handler):
    """Writes a library's record as one of our lines."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: _Event = {"event": record.getMessage(), "logger": record.name}
            if record.exc_info:
                event["exc_info"] = record.exc_info
            self._lines.write(_line(event, record.levelname.lower()))
        except Exception:  # noqa: BLE001 - as the base class asks: a bad record must not end its caller
            self.handleError(record)


def _add_name(logger: _NamedLines, _method: str, event: _Event) -> _Event:
    event["logger"] = logger.name
    return event


def _render(_logger: _NamedLines, _method: str, event: _Event) -> str:
    return f"{_encode(event)}\n"


def _line(event: _Event, level: str) -> str:
    for processor in _SHARED:
        processor(None, level, event)
    return f"{_encode(event)}\n"

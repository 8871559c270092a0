"""Logging: one JSON object a line, from our code and from the libraries alike, with the call id bound.

Static event names with fields beside them, so that lines can be counted. Secrets and caller numbers never
get here: they are not passed to a log call in the first place.
"""

import logging
import sys
from typing import TextIO

import structlog


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's records through one JSON formatter to ``stream`` (stderr)."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # One line for each page view is the reverse proxy's business.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)

"""A reload that meets what nobody foresaw: refused, told in the log, and the service goes on."""

from typing import Any, cast

from structlog.testing import capture_logs

from ivr.bootstrap.measures import build_metrics
from ivr.bootstrap.reloading import Reloading
from ivr.settings import Settings

NEVER_REACHED = cast("Any", None)


async def test_an_unforeseen_fault_is_a_line_in_the_log_as_every_refusal_is() -> None:
    def read_settings() -> Settings:
        raise OverflowError("date value out of range")

    reloading = Reloading(
        Settings(),
        NEVER_REACHED,
        read_settings=read_settings,
        store=NEVER_REACHED,
        offering=NEVER_REACHED,
        deciding=NEVER_REACHED,
        metrics=build_metrics(),
    )
    with capture_logs() as lines:
        assert not await reloading.reload()
    refused = [line["fault"] for line in lines if line["event"] == "reload_refused"]
    assert refused == ["the configuration could not be read (date value out of range); see the log"]
    assert refused[0] in (reloading.remark() or "")

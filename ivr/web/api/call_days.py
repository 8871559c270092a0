"""Of which days the calls of an answer are, as plain JSON values."""

from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.figure_json import Json
from ivr.web.api.schemas import DAY, maybe, record, said

WITH_DAYS = record(
    call_days=said(
        maybe(record({"from": DAY, "to": DAY})),
        "The days of the first and the last call that is counted; null where there is none.",
    )
)


def days_json(days: CallDays | None) -> Json:
    """Return the days under the name that :data:`WITH_DAYS` gives them."""
    return {"call_days": None if days is None else {"from": days.first.isoformat(), "to": days.last.isoformat()}}

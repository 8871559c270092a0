"""The shapes of calls and contests."""

from ivr.domain.calls import Attribution, EndedBy
from ivr.domain.contests import LONGEST_REASON, SHORTEST_REASON, Verdict
from ivr.domain.key_roles import KeyRole
from ivr.domain.outcomes import Outcome
from ivr.usecases.call_lists import Exclusion, Heard
from ivr.web.api.schemas import (
    COUNT,
    DAY,
    FILTERS,
    FLAG,
    MOMENT,
    NAME,
    NUMBER,
    SELECTED,
    SHARE,
    TEXT,
    choice,
    joined,
    list_of,
    maybe,
    record,
)
from ivr.web.routes import Schema


def _said(schema: Schema, text: str) -> Schema:
    """Return the schema of a parameter with what it means."""
    return {**schema, "description": text}


_OUTCOME = choice(*Outcome)
_ENDED_BY = choice(*EndedBy)
_VERDICT = choice(*Verdict)
_SAID = record(at=MOMENT, who=TEXT, verdict=maybe(_VERDICT), reason=TEXT)
_CONTEST = record(number=COUNT, is_open=FLAG, said=list_of(_SAID))
_NAMED = record(pbx=maybe(TEXT), call_id=maybe(TEXT), reference=maybe(TEXT))
_CALL = joined(
    _NAMED,
    record(
        day=DAY,
        ended_at=maybe(MOMENT),
        agent=maybe(TEXT),
        queue=maybe(TEXT),
        outcome=maybe(_OUTCOME),
        category=maybe(TEXT),
        layout=maybe(TEXT),
        ended_by=maybe(_ENDED_BY),
        excluded=FLAG,
        contest=maybe(_CONTEST),
    ),
)
CALL_LIST = joined(
    SELECTED,
    record(
        minimum=COUNT,
        rated=COUNT,
        too_few=FLAG,
        total=maybe(COUNT),
        withheld=maybe(COUNT),
        of_today=COUNT,
        left_out=COUNT,
        calls=list_of(_CALL),
        next=maybe(TEXT),
        cut=FLAG,
    ),
)
CALL_QUERY = {
    **FILTERS,
    "agent": _said(NAME, "Calls credited to this agent."),
    "outcome": {
        "type": "string",
        "pattern": rf"^,*(({'|'.join(Outcome)})(,+({'|'.join(Outcome)}))*,*)?$",
        "description": "Calls with one of these outcomes, with commas between them.",
    },
    "category": {"type": "integer", "minimum": 0, "maximum": 99, "description": "0 is the worst answer."},
    "ended_by": _said(_ENDED_BY, "Who ended the talk."),
    "layout": _said(NAME, "Calls of this layout."),
    "version": _said(NAME, "Calls of this version of a layout."),
    "heard": _said(choice(*Heard), "Ratings whose key came after all options, or before."),
    "excluded": _said(choice(*Exclusion), "What becomes of calls that the figures leave out."),
    "after": {
        "type": "string",
        "maxLength": 2000,
        "pattern": r"^[A-Za-z0-9_-]*$",
        "description": "The `next` of the page before.",
    },
}
CALL = joined(
    _NAMED,
    record(
        day=DAY,
        ended_at=maybe(MOMENT),
        agent=maybe(TEXT),
        queue=maybe(TEXT),
        site=maybe(TEXT),
        language=maybe(TEXT),
        outcome=_OUTCOME,
        category=maybe(TEXT),
        key=maybe(TEXT),
        attribution=choice(*Attribution),
        ended_by=_ENDED_BY,
        wait_seconds=maybe(NUMBER),
        talk_seconds=maybe(NUMBER),
        talks=list_of(record(agent=maybe(TEXT), queue=maybe(TEXT), start=NUMBER, end=maybe(NUMBER), credited=FLAG)),
        experiment=maybe(TEXT),
        layout=maybe(TEXT),
        layout_version=maybe(TEXT),
        layout_probability=maybe(SHARE),
        allocation=maybe(TEXT),
        delay_seconds=maybe(NUMBER),
        delay_probability=maybe(SHARE),
        selection_probability=SHARE,
        declined_by=maybe(TEXT),
        options_heard=maybe(COUNT),
        asked_seconds=maybe(NUMBER),
        played=maybe(
            list_of(
                record(
                    sound=TEXT,
                    start_ms={"type": "integer"},
                    end_ms={"type": "integer"},
                    cut=FLAG,
                    question=maybe(TEXT),
                    press=maybe(TEXT),
                    category=maybe(TEXT),
                )
            )
        ),
        keys=list_of(
            record(
                key=TEXT,
                lo_ms=maybe({"type": "integer"}),
                hi_ms=maybe({"type": "integer"}),
                question=maybe(TEXT),
                role=choice(*KeyRole),
            )
        ),
        answers=list_of(record(question=TEXT, status=_OUTCOME, key=maybe(TEXT), category=maybe(TEXT))),
        comments=list_of(record(question=TEXT, seconds=NUMBER)),
        imported=FLAG,
        test=FLAG,
        excluded=FLAG,
        contest=maybe(_CONTEST),
    ),
)
CONTEST_LIST = record(
    contests=list_of(joined(_NAMED, record(agent=maybe(TEXT), category=maybe(TEXT), excluded=FLAG, contest=_CONTEST))),
    next=maybe(TEXT),
)
CONTEST_QUERY: dict[str, Schema] = {
    "open": _said(choice("true", "false"), "Those that wait for a decision (the default), or those decided."),
    "before": {"type": "integer", "minimum": 0, "description": "The `next` of the page before."},
}
CONTESTED = record(contest=_CONTEST)
_REASON: Schema = {"type": "string", "minLength": SHORTEST_REASON, "maxLength": LONGEST_REASON}
CONTEST_FORM = record(reason=_REASON)
DECISION_FORM: Schema = {
    "type": "object",
    "properties": {
        "verdict": _VERDICT,
        "reason": _REASON,
        "seen": {"type": "integer", "minimum": 1, "description": "The number of the decision that holds, if any."},
    },
    "required": ["verdict", "reason"],
    "additionalProperties": False,
}

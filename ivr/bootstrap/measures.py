"""The metrics with their labels: each room owns its lists, and here they are joined."""

from typing import get_args

from ivr.domain.asking_rules import Rule
from ivr.domain.eligibility import INVITATION
from ivr.domain.flow.conversation import State
from ivr.observe.labels import Labels
from ivr.observe.metrics import Metrics
from ivr.store.writer_meter import RefusedWrite
from ivr.telephony.agi.admission import Refusal
from ivr.telephony.agi.session import VERBS, Loss
from ivr.telephony.ami.meter import Discard


def build_metrics() -> Metrics:
    """Return metrics in which every label value that the rooms can send is there from the start."""
    return Metrics(
        Labels(
            verbs=tuple(sorted(VERBS)),
            refusals=tuple(Refusal),
            losses=tuple(Loss),
            discards=tuple(Discard),
            write_refusals=get_args(RefusedWrite),
            states=tuple(state for state in State if state is not State.ENDED),
            rules=(*Rule, INVITATION),
        )
    )

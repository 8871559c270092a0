import pytest

from ivr.domain.consents import Consent
from ivr.errors import ExperimentRefused


def test_a_consent_has_two_keys() -> None:
    assert Consent("1", "2").keys == "12"


@pytest.mark.parametrize(
    ("yes", "no", "seconds", "named"),
    [
        ("", "2", 4.0, "yes is ''"),
        ("12", "3", 4.0, "yes is '12'"),
        ("1", "x", 4.0, "no is 'x'"),
        ("1", "1", 4.0, "both 1"),
        ("1", "2", 0.0, "seconds is 0"),
        ("1", "2", 10.5, "seconds is 10.5"),
        ("1", "2", float("nan"), "seconds is nan"),
    ],
)
def test_what_nobody_could_answer_is_refused(yes: str, no: str, seconds: float, named: str) -> None:
    with pytest.raises(ExperimentRefused, match=named):
        Consent(yes, no, seconds)

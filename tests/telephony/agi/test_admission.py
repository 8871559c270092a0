"""Who may come in: networks, the cap of sessions, the cap of one peer, and the calls that bring what others need."""

from ipaddress import ip_network

import pytest

from ivr.telephony.agi.admission import Admission, Limits, Refusal


@pytest.mark.parametrize(
    ("peer", "turned_away"),
    [
        ("192.0.2.7", False),
        ("192.0.3.7", True),
        ("::ffff:192.0.2.7", False),
        ("2001:db8::1", False),
        ("2001:db9::1", True),
        ("fe80::1%eth0", True),
        ("unknown", True),
        ("", True),
    ],
)
def test_only_the_allowed_networks_come_in(peer: str, *, turned_away: bool) -> None:
    admission = Admission(Limits(), [ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")])
    assert admission.turns_away(peer) is turned_away


def test_without_networks_everybody_comes_in() -> None:
    assert not Admission(Limits()).turns_away("unknown")


def test_the_cap_of_sessions_holds_and_opens_again() -> None:
    admission = Admission(Limits(sessions=2, sessions_of_peer=2))
    assert admission.enter("a", is_extra=False) is None
    assert admission.enter("b", is_extra=False) is None
    assert admission.enter("c", is_extra=False) is Refusal.SESSIONS_FULL
    admission.leave("a", is_extra=False)
    assert admission.enter("c", is_extra=False) is None


def test_one_peer_cannot_take_every_place() -> None:
    admission = Admission(Limits(sessions=3, sessions_of_peer=2))
    assert admission.enter("a", is_extra=False) is None
    assert admission.enter("a", is_extra=False) is None
    assert admission.enter("a", is_extra=False) is Refusal.PEER_FULL
    assert admission.enter("b", is_extra=False) is None
    admission.leave("a", is_extra=False)
    admission.leave("b", is_extra=False)
    assert admission.enter("a", is_extra=False) is None


def test_what_running_calls_need_and_the_calls_do_not_keep_each_other_out() -> None:
    admission = Admission(Limits(sessions=2, sessions_of_peer=2))
    for is_extra in (True, False):
        assert [admission.enter("a", is_extra=is_extra) for _ in range(3)] == [None, None, Refusal.SESSIONS_FULL]
    admission.leave("a", is_extra=True)
    assert admission.enter("a", is_extra=False) is Refusal.SESSIONS_FULL
    assert admission.enter("a", is_extra=True) is None

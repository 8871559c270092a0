"""The lobby: bounded for each peer, the oldest makes room, and patience ends in the order of coming."""

from ivr.telephony.agi.lobby import Lobby


def lobby_of(comfortable: int, most: int = 99) -> Lobby[str]:
    return Lobby(comfortable=comfortable, most=most, patience_seconds=5.0)


def test_the_oldest_of_the_same_peer_makes_room_once_it_has_had_its_second() -> None:
    lobby = lobby_of(2)
    assert [lobby.enter(guest, "a", 0.0) for guest in ("a1", "a2")] == [None, None]
    assert lobby.enter("b1", "b", 0.0) is None
    assert lobby.enter("a3", "a", 0.9) is None
    assert lobby.enter("a4", "a", 1.0) == "a1"
    assert lobby.enter("a5", "a", 1.0) == "a2"
    assert list(lobby) == ["b1", "a3", "a4", "a5"]


def test_a_burst_of_calls_is_let_in_as_far_as_there_is_room_at_all() -> None:
    lobby = lobby_of(1, most=3)
    assert [lobby.enter(guest, "a", 0.0) for guest in ("a1", "a2", "a3", "a4", "a5")] == [None, None, None, "a1", "a2"]
    assert len(lobby) == 3


def test_patience_ends_in_the_order_of_coming() -> None:
    lobby = lobby_of(9)
    lobby.enter("one", "a", 0.0)
    lobby.enter("two", "b", 1.0)
    lobby.enter("three", "a", 2.0)
    assert lobby.take_late(4.9) == []
    assert lobby.take_late(6.0) == ["one", "two"]
    assert lobby.leave("three") is True
    assert lobby.take_late(100.0) == []


def test_who_has_left_is_not_there() -> None:
    lobby = lobby_of(9)
    lobby.enter("one", "a", 0.0)
    assert lobby.leave("one") is True
    assert lobby.leave("one") is False
    assert lobby.take_late(100.0) == []

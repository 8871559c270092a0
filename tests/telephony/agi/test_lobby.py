"""The lobby: bounded for each peer, the oldest makes room, and patience ends in the order of coming."""

from ivr.telephony.agi.lobby import Lobby


def test_the_oldest_of_the_same_peer_makes_room() -> None:
    lobby: Lobby[str] = Lobby(2, 5.0)
    assert [lobby.enter(guest, "a", 0.0) for guest in ("a1", "a2")] == [None, None]
    assert lobby.enter("b1", "b", 0.0) is None
    assert lobby.enter("a3", "a", 1.0) == "a1"
    assert lobby.enter("a4", "a", 1.0) == "a2"
    assert list(lobby) == ["b1", "a3", "a4"]


def test_one_place_is_handed_on() -> None:
    lobby: Lobby[str] = Lobby(1, 5.0)
    assert lobby.enter("a1", "a", 0.0) is None
    assert lobby.enter("a2", "a", 0.0) == "a1"
    assert len(lobby) == 1


def test_patience_ends_in_the_order_of_coming() -> None:
    lobby: Lobby[str] = Lobby(9, 5.0)
    lobby.enter("one", "a", 0.0)
    lobby.enter("two", "b", 1.0)
    lobby.enter("three", "a", 2.0)
    assert lobby.take_late(4.9) == []
    assert lobby.take_late(6.0) == ["one", "two"]
    assert lobby.leave("three") is True
    assert lobby.take_late(100.0) == []


def test_who_has_left_is_not_there() -> None:
    lobby: Lobby[str] = Lobby(9, 5.0)
    lobby.enter("one", "a", 0.0)
    assert lobby.leave("one") is True
    assert lobby.leave("one") is False
    assert lobby.take_late(100.0) == []

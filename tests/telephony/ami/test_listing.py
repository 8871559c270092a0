"""The list of live channels: whole, or not used at all."""

import pytest

from ivr.telephony.ami.events import Channel, ChannelListed, ChannelsListed
from ivr.telephony.ami.listing import ChannelListing, ListSpoilt


def row(number: int, action_id: str = "a") -> ChannelListed:
    return ChannelListed(Channel(f"5.{number}", "PJSIP/trunk-00000001"), "Queue", action_id)


def test_a_whole_list_is_returned_once() -> None:
    listing = ChannelListing()
    listing.begin("a")
    assert listing.add(row(1))
    assert listing.complete(ChannelsListed(1, "a")) == [row(1)]
    assert listing.complete(ChannelsListed(1, "a")) is None
    assert not listing.add(row(2))


def test_rows_of_an_older_list_are_told_from_those_of_the_new_one() -> None:
    listing = ChannelListing()
    listing.begin("a")
    listing.add(row(1))
    listing.begin("b")
    assert not listing.add(row(2))
    assert listing.complete(ChannelsListed(2, "a")) is None
    assert listing.add(row(3, "b"))
    assert listing.complete(ChannelsListed(1, "b")) == [row(3, "b")]


@pytest.mark.parametrize("announced", [0, 1, 3])
def test_a_list_of_another_length_than_it_says_is_spoilt(announced: int) -> None:
    listing = ChannelListing()
    listing.begin("a")
    listing.add(row(1))
    listing.add(row(2))
    with pytest.raises(ListSpoilt) as spoilt:
        listing.complete(ChannelsListed(announced, "a"))
    assert spoilt.value.rows == 2
    assert listing.complete(ChannelsListed(2, "a")) is None


def test_an_endless_list_does_not_fill_the_memory() -> None:
    listing = ChannelListing(limit=10)
    listing.begin("a")
    for number in range(100):
        assert listing.add(row(number))
    assert len(listing._rows) == 10
    with pytest.raises(ListSpoilt):
        listing.complete(ChannelsListed(100, "a"))

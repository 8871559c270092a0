"""The list of live channels, gathered row by row from the stream, in order with the events around it."""

from ivr.telephony.ami.events import ChannelListed, ChannelsListed


class ChannelListing:
    """Gathers the rows of one list; a row of an older list, or a list with rows missing, is not used."""

    def __init__(self) -> None:
        self._action_id: str | None = None
        self._rows: list[ChannelListed] = []

    def begin(self, action_id: str) -> None:
        """Expect the list that was asked for with ``action_id``."""
        self._action_id = action_id
        self._rows = []

    def add(self, row: ChannelListed) -> None:
        """Take a row."""
        if row.action_id == self._action_id:
            self._rows.append(row)

    def complete(self, end: ChannelsListed) -> list[ChannelListed] | None:
        """Return the rows; None where rows are missing: calls that live would be taken for ended."""
        if end.action_id != self._action_id:
            return None
        self._action_id = None
        return self._rows if len(self._rows) == end.rows else None

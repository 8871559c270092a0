"""The list of live channels, gathered row by row from the stream, in order with the events around it."""

from ivr.telephony.ami.events import ChannelListed, ChannelsListed


class ListSpoilt(Exception):
    """The list has rows missing, or more than it says: not to be used, or calls that live would be taken for ended."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows} rows came")
        self.rows = rows


class ChannelListing:
    """Gathers the rows of one list, ``limit`` at most."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._action_id: str | None = None
        self._rows: list[ChannelListed] = []
        self._count = 0

    def begin(self, action_id: str) -> None:
        """Expect the list that was asked for with ``action_id``."""
        self._action_id = action_id
        self._rows = []
        self._count = 0

    def add(self, row: ChannelListed) -> bool:
        """Take a row; False where nobody waits for its list (any more)."""
        if row.action_id != self._action_id:
            return False
        self._count += 1
        if self._count <= self._limit:
            self._rows.append(row)
        return True

    def complete(self, end: ChannelsListed) -> list[ChannelListed] | None:
        """Return the rows; None where nobody waits for this list (any more).

        Raises :class:`ListSpoilt` where it has another number of rows than it says, or more than the limit.
        """
        if end.action_id != self._action_id:
            return None
        self._action_id = None
        rows, self._rows = self._rows, []
        if self._count != end.rows or self._count > self._limit:
            raise ListSpoilt(self._count)
        return rows

"""asterisk-ami's client with a listener that does nothing but count; it reads on a thread of its own."""

import threading
import warnings

from asterisk.ami import AMIClient, Event

from benchmarks.ami.events import WANTED_NAMES
from benchmarks.ami.readers.seen import GIVE_UP_SECONDS, Seen, Task


def read(task: Task) -> Seen:
    """Take the flood."""
    warnings.simplefilter("ignore", DeprecationWarning)  # it notifies by an old name
    seen = Seen()
    through = threading.Event()

    def count(event: Event, **_: object) -> None:
        if event.name in WANTED_NAMES:
            seen.events += 1
            if seen.events == task.wanted:
                seen.stamp()
                through.set()

    client = AMIClient(address="127.0.0.1", port=task.port, timeout=None)
    client.add_event_listener(count)
    client.login(username="bench", secret="bench")
    seen.begin()
    if not through.wait(GIVE_UP_SECONDS):
        raise TimeoutError(f"{seen.events} of {task.wanted} events came")
    seen.end()
    return seen

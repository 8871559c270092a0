"""The buckets of each histogram, in seconds, with the reason for their places.

A bucket's bound is a question that an operator asks; where nobody asks, there is none.
"""

COMMAND = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""An Asterisk on the same host answers within a millisecond, what hurts a caller begins at 50 ms, at 2 s Asterisk
would have given a new connection up; above that only the playing of a prompt takes its time, up to half a minute."""

GAP = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Our own work between two commands is a tenth of a millisecond, with a commit in between as long as the disk takes;
from 50 ms on a caller can hear the hole, and 2 s is the longest that anybody should hear nothing."""

COMMIT = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""A commit takes a tenth of a millisecond on a fast disk and a tenth of a second on a busy one; what takes a caller's
second is one bucket, because it is wrong whatever it takes."""

WRITE = (*COMMIT, 2.5, 5.0, 10.0)
"""A write waits for at most the commit before its own, so its buckets are the commit's; beyond a second they tell a
disk that is slow from one that hangs."""

GROUP = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Writes of one commit: each doubling halves the waits for the disk that a write costs."""

LAG = (0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0)
"""An event is handled at once, or waits for the commits of those before it; from a second on live figures are visibly
behind, and after a minute the listener gives a refusing ledger up."""

MANAGER_GAP = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0)
"""A broken link is made anew after half a second, a restart of Asterisk takes seconds, an upgrade minutes; whoever was
away for a quarter of an hour has calls to make good from queue_log."""

STATE = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0)
"""Keeping an answer is over in milliseconds and wrong from a quarter of a second on; a silence, an intro or a farewell
lasts up to five seconds, a menu as long as a caller listens to it, which is rarely a minute."""

LOOP_DELAY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""A timer is at best as exact as a millisecond; the delay of the loop is added to every command of every caller, so
the same 50 ms hurt, and the same 2 s make Asterisk give up."""

DECISION = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
"""Whether a caller is asked is one look into the ledger, well below a millisecond where nothing else wants it; from
50 ms on the caller hears the hole, and at a quarter of a second the service stops waiting and asks nobody."""

FIT = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Starting the process takes a second, a large centre half a minute on a free processor and longer beside calls, which
go first; after a quarter of an hour it is ended."""

"""The whole schema as SQLAlchemy tables; the migrations build exactly this.

A call's natural key (``pbx``, ``uniqueid``) is carried by every table under it, so a fact can be stored
without looking anything up, in any order. ``calls`` holds what the facts fill and, once ``state`` is
``closed``, the call's one row of the calls file; columns with ``entry_`` are what the rating entry stated.
"""

from ivr.store.tables.of_calls import answers, calls, comments, exposures, imports, invitations, legs, presses
from ivr.store.tables.of_decisions import (
    allocations,
    do_not_ask,
    experiment_decisions,
    layout_decisions,
    layout_versions,
    sealed_numbers,
)
from ivr.store.tables.of_people import interfaces, memberships, people, roles, sessions, teams, user_roles, users
from ivr.store.tables.of_tallies import (
    daily_tallies,
    fits,
    group_tallies,
    period_tallies,
    press_tallies,
    tally_changes,
    tally_contacts,
    tally_hearings,
    tally_places,
    tally_results,
    tally_state,
)
from ivr.store.tables.parts import metadata

__all__ = [
    "allocations",
    "answers",
    "calls",
    "comments",
    "daily_tallies",
    "do_not_ask",
    "experiment_decisions",
    "exposures",
    "fits",
    "group_tallies",
    "imports",
    "interfaces",
    "invitations",
    "layout_decisions",
    "layout_versions",
    "legs",
    "memberships",
    "metadata",
    "people",
    "period_tallies",
    "press_tallies",
    "presses",
    "roles",
    "sealed_numbers",
    "sessions",
    "tally_changes",
    "tally_contacts",
    "tally_hearings",
    "tally_places",
    "tally_results",
    "tally_state",
    "teams",
    "user_roles",
    "users",
]

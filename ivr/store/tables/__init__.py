"""The whole schema as SQLAlchemy tables; the migrations build exactly this.

A call's natural key (``pbx``, ``uniqueid``) is carried by every table under it, so a fact can be stored
without looking anything up, in any order. ``calls`` holds what the facts fill and, once ``state`` is
``closed``, the call's one row of the calls file; columns with ``entry_`` are what the rating entry stated.
"""

from ivr.store.tables.of_access import (
    api_tokens,
    audit_log,
    leaderships,
    recovery_codes,
    roles,
    sessions,
    sign_in_tries,
    totps,
    user_roles,
    users,
)
from ivr.store.tables.of_calls import answers, calls, comments, exposures, imports, invitations, legs, presses
from ivr.store.tables.of_contests import contest_decisions, contests
from ivr.store.tables.of_decisions import (
    allocations,
    do_not_ask,
    experiment_decisions,
    layout_decisions,
    layout_versions,
    sealed_numbers,
)
from ivr.store.tables.of_people import interfaces, memberships, people, teams
from ivr.store.tables.of_tallies import (
    daily_tallies,
    fits,
    group_tallies,
    period_tallies,
    press_tallies,
    tally_changes,
    tally_contacts,
    tally_days,
    tally_hearings,
    tally_places,
    tally_results,
    tally_state,
)
from ivr.store.tables.parts import metadata

__all__ = [
    "allocations",
    "answers",
    "api_tokens",
    "audit_log",
    "calls",
    "comments",
    "contest_decisions",
    "contests",
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
    "leaderships",
    "legs",
    "memberships",
    "metadata",
    "people",
    "period_tallies",
    "press_tallies",
    "presses",
    "recovery_codes",
    "roles",
    "sealed_numbers",
    "sessions",
    "sign_in_tries",
    "tally_changes",
    "tally_contacts",
    "tally_days",
    "tally_hearings",
    "tally_places",
    "tally_results",
    "tally_state",
    "teams",
    "totps",
    "user_roles",
    "users",
]

"""What to do when a metric moves; the right-hand column of ``docs/metrics.md``, by the metric's full name."""

from collections.abc import Mapping
from typing import Final

REMEDIES: Final[Mapping[str, str]] = {
    "ivr_questions_total": "`unavailable` rising: a recording cannot be played, see `ivr prompts check` and "
    "`ivr doctor`. `unknown`: the line was lost, see `ivr_agi_lost_total`. No `rated` at all in an hour with calls: "
    "listen to a call.",
    "ivr_flow_state_seconds": "`keeping` above 0.25 s: callers wait for the thanks, look at the disk. `menu` growing: "
    "the layout is too long, or its keys are not heard.",
    "ivr_eligibility_seconds": "p99 above 0.05 s: callers wait for the ledger before they hear anything, look at "
    "`ivr_event_loop_delay_seconds` and at the disk.",
    "ivr_not_asked_total": "`unavailable`: the ledger did not answer within a quarter of a second, so nobody was "
    "asked; the log has the cause (`asking_undecided`). The others are your own rules, see `config/asking.toml`: a cap "
    "that is reached early in the day, or a throttle that leaves nobody, shows here first.",
    "ivr_experiment_stopped": "1: a person or the guardrail stopped it, `ivr experiments decisions KEY` says why. Mend "
    "the cause and start a new one under a new key; until then nothing is compared.",
    "ivr_agi_sessions": "Near `agi_sessions`: raise the setting after looking at `ivr_event_loop_delay_seconds`, or "
    "ask a smaller share of callers. Never back to 0 at night: a channel is stuck, see `core show channels`.",
    "ivr_agi_refused_total": "`sessions_full`, `peer_full`: as above. `closed_early`: a health probe, harmless. "
    "`wrong_secret`, `no_channel`, `header_malformed`, `header_late`, `crowded_out`, `peer_not_allowed`: somebody who "
    "is no Asterisk reaches the port; look at `agi_allow` and the firewall. `unknown_script`: the dialplan and the "
    "service are of different versions. `stopping`: restarts.",
    "ivr_agi_lost_total": "`deadline`: Asterisk hangs or the path to it is cut, see `core show threads` there. "
    "`framing`: something between the two changes the bytes, or this Asterisk answers in a way that is not known; "
    "its callers were given back to the dialplan. `fault`: the service failed in a call, the log says how "
    "(`agi_handler_failed`); report it. `stopping`: a restart whose drain was over before the call was.",
    "ivr_agi_command_seconds": "`GET VARIABLE` and `SET VARIABLE` p99 above 0.05 s: Asterisk or its machine is busy, "
    "or it is not on this host. `STREAM FILE` is the length of the prompts and no alarm.",
    "ivr_agi_gap_seconds": "p99 above 0.05 s: callers hear holes. Compare with `ivr_event_loop_delay_seconds` (CPU) "
    "and `ivr_ledger_write_seconds` (the disk).",
    "ivr_ami_connected": "0: calls that never reach the rating are not seen meanwhile; reconnection is tried with "
    "growing pauses. `/readyz` and the log say why.",
    "ivr_ami_reconnects_total": "More than one in a day: Asterisk restarts, or drops a manager that is slow "
    "(`writetimeout` in `manager.conf`).",
    "ivr_ami_gap_seconds": "Any: calls that began and ended in the gap without reaching the rating are missing from "
    "the figures; compare with `queue_log`.",
    "ivr_ami_events_dropped_total": "Rising: the ledger was too slow for too long. The live channels are asked for "
    "anew; look at `ivr_ledger_commit_seconds`.",
    "ivr_ami_frames_discarded_total": "`unwanted` is usual and only costs CPU: narrow the account's `read` rights. "
    "`oversized`, `malformed`, `list_spoilt`: report it with your Asterisk's version. `queue_full`: as above.",
    "ivr_ami_events_waiting": "Growing: events come faster than facts are stored; before it overflows look at "
    "`ivr_ledger_commit_seconds`.",
    "ivr_ami_lag_seconds": "Above 1 s: the dashboard's live counts are behind by as much; nothing is lost.",
    "ivr_ledger_commit_seconds": "p99 above 0.1 s: the disk is slow or shared; give the ledger a disk of its own.",
    "ivr_ledger_commit_writes": "Near 1 all day is right for few calls; growing with the load is how it should be.",
    "ivr_ledger_write_seconds": "p99 far above that of a commit: writes queue up, see `ivr_ledger_writes_waiting`.",
    "ivr_ledger_writes_refused_total": "`failed`: the disk is full, or the database is locked or away; `full`: it is "
    "too slow. Callers whose rating is refused are asked by the dialplan; the log has the cause. `closed`: a restart.",
    "ivr_ledger_writes_waiting": "Above 0 for longer than a scrape: the disk cannot follow.",
    "ivr_ledger_oldest_write_seconds": "Above 1 s: the disk hangs, or another program holds the database's lock.",
    "ivr_event_loop_delay_seconds": "p99 above 0.05 s: the CPU is busy, here or on the machine; every command of every "
    "caller takes as much longer.",
    "ivr_event_loop_stalls_total": "Any: the log's `event_loop_stalled` holds the stack that blocked; with an empty "
    "stack the whole process was stopped. Report the stack.",
    "ivr_event_loop_tasks": "Growing from day to day at equal `ivr_agi_sessions`: a leak; report it, and restart.",
    "ivr_reloads_total": "`refused`: what was read before goes on; the log has a line `reload_refused` for each fault, "
    "with its file, line and remedy. Mend it and reload again.",
    "ivr_fit_age_seconds": "Above three times `fit_minutes` while calls are handled: fits fail, see "
    "`ivr_fit_failures_total`, or `fit_minutes` is 0. Standardised and corrected figures are as old as that; counts "
    "are as of now.",
    "ivr_fit_seconds": "Growing towards 900: the machine is busy, or there are very many agents; a fit is ended there. "
    "Raise `fit_minutes`.",
    "ivr_fit_failures_total": "Any: the log's `fit_failed` says why, and `ivr kpi fit` shows it in full. Calls are not "
    "touched by it, and the fit before stays.",
    "process_resident_memory_bytes": "Growing from day to day at equal load: a leak; report it, and restart.",
    "process_virtual_memory_bytes": "Nothing by itself.",
    "process_start_time_seconds": "Changes when the service was restarted; unasked restarts are in the journal.",
    "process_cpu_seconds_total": "A rate near 1: the service fills its core, and callers begin to wait.",
    "process_open_fds": "Near `process_max_fds`: a leak, or a limit that is too low for the sessions.",
    "process_max_fds": "Should be two and a half times `agi_sessions`; `LimitNOFILE=` in the unit.",
}

"""What breaks on Asterisk's side: account, modules, queues, dialplan, sounds, clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from ivr.bootstrap import parts
from ivr.telephony.probe.findings import PbxCheck
from ivr.telephony.probe.modules import NEEDED
from tests.pbx.doctor.patient import Breakage
from tests.pbx.doctor.ways import (
    MEND_AGI,
    commanded,
    edited,
    inviting,
    listening,
    loaded,
    never_loaded,
    rating_dialplan,
    saying,
    sounds_away,
    told,
    unloaded,
    with_machine,
    without_lines,
)

CONFIGURATION_LINES = frozenset({
    PbxCheck.READ_RIGHTS, PbxCheck.EVENT_FILTER, PbxCheck.TIMESTAMPS, PbxCheck.EXPOSURE,
    PbxCheck.DANGEROUS_FUNCTIONS, PbxCheck.QUEUES, PbxCheck.QUEUE_LOG,
})  # fmt: skip
SEEN_BY_GETVAR = frozenset(PbxCheck) - {PbxCheck.ADDRESS, PbxCheck.SIGN_IN, PbxCheck.VERSION, PbxCheck.WRITE_RIGHTS}

MISSING_MODULES: Mapping[str, frozenset[StrEnum]] = {"app_queue.so": frozenset({PbxCheck.QUEUES})}
"""What else cannot be seen without a module."""
FIXED_MODULES = ("res_agi.so", "func_uri.so")
"""Modules that Asterisk does not let go of once they are loaded."""

BREAKAGES_AT_ASTERISK: tuple[Breakage, ...] = (
    Breakage("no manager there", PbxCheck.ADDRESS, told(IVR_AMI_PORT="1"), "refused", "enabled = yes",
             unseen=frozenset(PbxCheck) - {PbxCheck.ADDRESS}),
    Breakage("wrong AMI secret", PbxCheck.SIGN_IN, told(IVR_AMI_SECRET="hunter2"), "Authentication failed",
             "IVR_AMI_SECRET", unseen=frozenset(PbxCheck) - {PbxCheck.ADDRESS, PbxCheck.SIGN_IN}),
    Breakage("an old Asterisk", PbxCheck.VERSION, saying(b"AsteriskVersion: 22.10.1", b"AsteriskVersion: 18.5.1"),
             "18.5.1",
             "use Asterisk 18.6 or newer"),
    Breakage("an Asterisk of tomorrow", PbxCheck.VERSION, saying(b"AsteriskVersion: 22.10.1",
             b"AsteriskVersion: 99.0.1"),
             "newer than this program was tried with", "test call", ok=None),
    Breakage("too many rights", PbxCheck.WRITE_RIGHTS,
             edited("manager.conf", "write = reporting", "write = reporting,originate,command", "manager reload"),
             "Originate, Command", "write = reporting"),
    Breakage("no rights", PbxCheck.WRITE_RIGHTS, edited("manager.conf", "write = reporting", "write = user",
             "manager reload"),
             "may not use CoreStatus", "write = reporting", also=frozenset({PbxCheck.VERSION}),
             unseen=SEEN_BY_GETVAR),
    Breakage("no events of agents", PbxCheck.READ_RIGHTS,
             edited("manager.conf", "read = call,agent,user,cdr", "read = call"), "agent",
             "read = agent,call,cdr,user"),
    Breakage("all events", PbxCheck.READ_RIGHTS, edited("manager.conf", "read = call,agent,user,cdr", "read = all"),
             "wider than needed: all", "read = agent,call,cdr,user", ok=None),
    Breakage("events filtered", PbxCheck.EVENT_FILTER,
             edited("manager.conf", "writetimeout", "eventfilter = !Event: AgentComplete\nwritetimeout"),
             "!Event: AgentComplete", "remove eventfilter", ok=None),
    Breakage("no timestamps", PbxCheck.TIMESTAMPS, edited("manager.conf", "timestampevents = yes", ""),
             "those of reading",
             "timestampevents = yes", ok=None),
    Breakage("manager open to others", PbxCheck.EXPOSURE,
             edited("manager.conf", "bindaddr = 127.0.0.1", "bindaddr = 0.0.0.0"), "0.0.0.0",
             "bindaddr = 127.0.0.1", ok=None),
    Breakage("living dangerously", PbxCheck.DANGEROUS_FUNCTIONS,
             edited("asterisk.conf", "live_dangerously = no", "live_dangerously = yes"), "read and write files",
             "live_dangerously = no"),
    *(
        Breakage(f"without {module}", PbxCheck.MODULES,
                 never_loaded(module) if module in FIXED_MODULES else unloaded(module),
                 f"{module} is not loaded", f"module load {module}", also=MISSING_MODULES.get(module, frozenset()))
        for module in NEEDED
    ),
    Breakage("without func_module", PbxCheck.MODULES, unloaded("func_module.so"), "could not be seen",
             "module show", ok=None, also=frozenset({PbxCheck.PROGRAM_MODULES})),
    *(
        Breakage(f"with {module}", PbxCheck.PROGRAM_MODULES, loaded(module), f"{module} is loaded",
                 f"noload => {module}",
                 ok=None)
        for module in ("func_shell.so", "app_system.so")
    ),
    Breakage("without func_config", PbxCheck.READ_RIGHTS, unloaded("func_config.so"), "could not be seen",
             "read = agent,call,cdr,user", ok=None, also=CONFIGURATION_LINES),
    Breakage("a queue that is not there", PbxCheck.QUEUES, told(IVR_QUEUES="support,suport"), "no queue suport",
             "there: "),
    Breakage("queue without setinterfacevar", PbxCheck.QUEUES,
             edited("queues.conf", "setinterfacevar = yes", "setinterfacevar = no", "queue reload all"),
             "support does not set",
             "setinterfacevar = yes"),
    Breakage("queue_log off", PbxCheck.QUEUE_LOG, edited("logger.conf", "queue_log = yes", "queue_log = no"),
             "are lost", "queue_log = yes"),
    Breakage("dialplan not included", PbxCheck.CONTEXT, rating_dialplan(lambda _text: "; nothing\n"),
             "no context ivr-rating",
             "#include ivr-rating.conf"),
    *(
        Breakage(f"without {words}", PbxCheck.CONTEXT, rating_dialplan(without_lines(words)),
                 f"lacks the guard {words}"[:40],
                 "dialplans/ivr-rating.conf")
        for words in ("Set(TIMEOUT(absolute)=8)", "Set(AGIEXITONHANGUP=yes)", "TryExec(StoreDTMF(RX,IVR_KEYS,200))",
                      "Set(CHANNEL(hangup_handler_push)=ivr-rating-left,s,1)")
    ),
    Breakage("dialplan of another version", PbxCheck.CONTEXT, rating_dialplan(without_lines("LOCAL(deadline)=0")),
             "not this program's version", "dialplan reload"),
    Breakage("dialplan with lines of the administrator", PbxCheck.CONTEXT,
             rating_dialplan(lambda text: text.replace("ivr-rating/intro&", "hello&ivr-rating/intro&")),
             "lines of your own",
             "keep them", ok=None),
    Breakage("nothing leads to the rating", PbxCheck.ENTRY,
             edited("extensions.conf", "Gosub(ivr-rating", "NoOp(ivr-rating", "dialplan reload"),
             "nobody is asked", "Gosub(",
             unseen=frozenset({PbxCheck.LEAVE_OPTIONS})),
    Breakage("Queue without c", PbxCheck.LEAVE_OPTIONS,
             edited("extensions.conf", "Queue(${EXTEN},c,,,60)", "Queue(${EXTEN},tb(c^s^1),,,60)", "dialplan reload"),
             "lacks the option c", "extensions.conf.sample"),
    Breakage("Dial without g", PbxCheck.LEAVE_OPTIONS,
             edited("extensions.conf", "Dial(PJSIP/${EXTEN:7},20,g)", "Dial(PJSIP/${EXTEN:7},20)", "dialplan reload"),
             "lacks the option g", "extensions.conf.sample"),
    Breakage("options from a variable", PbxCheck.LEAVE_OPTIONS,
             edited("extensions.conf", "Queue(${EXTEN},c,,,60)", "Queue(${EXTEN},${OPTIONS},,,60)",
             "dialplan reload"),
             "could not be seen", "c (Queue)", ok=None),
    Breakage("nothing leads to the invitation", PbxCheck.INVITATION,
             inviting("extensions.conf", "Gosub(ivr-rating,invite", "NoOp(ivr-rating,invite", "dialplan reload"),
             "no line of the dialplan", "Gosub(ivr-rating,invite,1(QUEUE))"),
    Breakage("no agent hears the script", PbxCheck.INVITATION,
             inviting("extensions.conf", ",${IVR_AGENT_SCRIPT},", ",,", "dialplan reload"),
             "no agent hears", "Queue(QUEUE,c,,${IVR_AGENT_SCRIPT})"),
    Breakage("IVR_AGI leads nowhere", PbxCheck.SERVICE_ADDRESS,
             commanded("dialplan set global IVR_AGI agi://127.0.0.1:1", MEND_AGI), "nobody listens", "IVR_AGI"),
    Breakage("IVR_AGI leads to another program", PbxCheck.SERVICE_ADDRESS, listening(b"SSH-2.0-x\r\n", "IVR_AGI"),
             "another program", "IVR_AGI"),
    Breakage("IVR_AGI without the secret", PbxCheck.SERVICE_ADDRESS,
             commanded("dialplan set global IVR_AGI agi://127.0.0.1:{port}", MEND_AGI),
             "refuses the shared secret", "/SECRET"),
    Breakage("IVR_AGI of a name service", PbxCheck.SERVICE_ADDRESS,
             commanded("dialplan set global IVR_AGI hagi://example.invalid", MEND_AGI), "no plain agi://",
             "agi://HOST:PORT",
             ok=None),
    Breakage("another PBX name", PbxCheck.PBX_NAME, told(IVR_PBX="elsewhere"), "one call becomes two", "IVR_PBX"),
    Breakage("prompts not where Asterisk looks", PbxCheck.SOUNDS, sounds_away, "lacks", "ln -sfn"),
    Breakage("clocks apart", PbxCheck.CLOCK,
             with_machine(lambda machine: replace(machine, now=lambda: parts.now() - timedelta(seconds=90))),
             "s from this machine's", "chrony"),
    Breakage("another time zone", PbxCheck.TIME_ZONE, told(IVR_TIME_ZONE="Asia/Tokyo"), "Asia/Tokyo", "IVR_TIME_ZONE",
             ok=None),
)  # fmt: skip

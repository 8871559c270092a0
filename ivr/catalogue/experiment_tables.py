"""The tables within an experiment's file: strata, ramp, guardrail and consents, each fault with its place."""

from collections.abc import Collection
from datetime import MAXYEAR, MINYEAR, datetime
from difflib import get_close_matches

from ivr.catalogue.fields import Fields, as_number
from ivr.domain.consents import Consent
from ivr.domain.experiments import ANY_SITE, RampStep, Stratum
from ivr.domain.guardrails import Guardrail
from ivr.domain.invitations import NONE
from ivr.errors import ExperimentRefused

_STRATUM_KEYS = ("layouts", "delays", "invitations", "scripts", "control")
_EXAMPLES = {
    "layouts": '{ "sequential-123" = 1.0 }',
    "delays": '{ "0" = 1.0 }',
    "invitations": '{ "none" = 0.5, "stay-on-the-line" = 0.5 }',
    "scripts": '{ "none" = 1.0 }',
}


def read_moment(fields: Fields, key: str) -> datetime | None:
    """Return a date and time with an offset, or None where the key is absent."""
    value = fields.raw(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = ""
    if value is None:
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        # The first and the last year have hours that other clocks cannot show.
        if MINYEAR < value.year < MAXYEAR:
            return value
        fields.note((key,), f"is in the year {value.year}", f"write a year from {MINYEAR + 1} to {MAXYEAR - 1}")
        return None
    fields.note(
        (key,),
        "is no date and time with an offset",
        f"write {key} = 2026-01-31T08:00:00+01:00, or leave it out",
    )
    return None


def read_strata(fields: Fields, layouts: Collection[str], prompts: Collection[str] | None) -> tuple[Stratum, ...]:
    """Return the strata; ``layouts`` and ``prompts`` are the names that exist (None: any prompt does)."""
    if fields.required("strata", f'[strata."{ANY_SITE}"] with layouts and delays') is None:
        return ()
    strata: list[Stratum] = []
    for name in fields.under("strata").names():
        stratum = fields.under("strata", name)
        stratum.allow(_STRATUM_KEYS)
        shares = _shares(stratum, "layouts")
        for layout in shares.keys() - set(layouts):
            stratum.note(("layouts", layout), "names a layout that does not exist", nearest_layouts(layout, layouts))
        delays = _delays(stratum)
        invitations, scripts = (_prompt_shares(stratum, kind, prompts) for kind in ("invitations", "scripts"))
        control = read_control(stratum, layouts)
        if not shares or not delays:
            continue
        try:
            strata.append(Stratum(name, shares, delays, invitations, scripts, control))
        except ExperimentRefused as refused:
            fault, _, remedy = str(refused).removeprefix(f"stratum {name}: ").partition("; ")
            stratum.note(refused.place[2:], fault, remedy)
    return tuple(strata)


def read_control(fields: Fields, layouts: Collection[str]) -> str | None:
    """Return the control layout, or None where the key is absent."""
    control = fields.optional_text("control", example="sequential-123")
    if control is not None and control not in layouts:
        fields.note(("control",), f"is {control!r}, which is no layout here", nearest_layouts(control, layouts))
    return control


def read_ramp(fields: Fields) -> tuple[RampStep, ...]:
    """Return the steps of the ramp in the order of the file; empty where there is none."""
    value = fields.raw("ramp")
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        fields.note(("ramp",), "is no list of steps", "write [[ramp]] with from and share for each step")
        return ()
    steps: list[RampStep] = []
    for number in range(1, len(value) + 1):
        step = fields.under("ramp", number)
        step.allow(("from", "share"))
        step.required("from", "from = 2026-01-31T08:00:00+01:00")
        step.required("share", "share = 0.1")
        starts, share = read_moment(step, "from"), step.number("share", default=0.1)
        if starts is not None:
            steps.append(RampStep(starts, share))
    return tuple(steps)


def read_guardrail(fields: Fields) -> Guardrail:
    """Return the guardrail; what is not written there has its default."""
    default = Guardrail()
    if fields.raw("guardrail") is None:
        return default
    table = fields.under("guardrail")
    table.allow(("hang_up_rise", "fault_rise", "minimum"))
    try:
        return Guardrail(
            hang_up_rise=table.number("hang_up_rise", default=default.hang_up_rise),
            fault_rise=table.number("fault_rise", default=default.fault_rise),
            minimum=table.integer("minimum", default.minimum, default=default.minimum),
        )
    except ExperimentRefused as refused:
        fault, _, remedy = str(refused).removeprefix("guardrail: ").partition("; ")
        table.note(refused.place[1:], fault.removeprefix(f"{refused.place[-1]} "), remedy)
        return default


def read_consents(fields: Fields) -> dict[str, Consent]:
    """Return the questions that invitations put, by the invitation's name."""
    if fields.raw("consent") is None:
        return {}
    consents: dict[str, Consent] = {}
    for name in fields.under("consent").names():
        table = fields.under("consent", name)
        table.allow(("yes", "no", "seconds"))
        yes, no = table.text("yes", "1", example="1"), table.text("no", "2", example="2")
        try:
            consents[name] = Consent(yes, no, table.number("seconds", default=4.0))
        except ExperimentRefused as refused:
            fault, _, remedy = str(refused).removeprefix("consent: ").partition("; ")
            table.note((), fault, remedy)
    return consents


def nearest_layouts(name: str, layouts: Collection[str]) -> str:
    """Return what to write in place of the layout ``name``, which does not exist."""
    near = get_close_matches(name, sorted(layouts), n=2) or get_close_matches(name, sorted(layouts), n=2, cutoff=0.0)
    return f"write {' or '.join(near)}, or add the layout's file" if near else "add the layout's file"


def _shares(stratum: Fields, key: str) -> dict[str, float]:
    if stratum.required(key, f"{key} = {_EXAMPLES[key]}") is None:
        return {}
    arms = stratum.under(key)
    shares: dict[str, float] = {}
    for name in arms.names():
        share = as_number(arms.raw(name))
        if share is None:
            arms.note((name,), "is no number", "write a probability from 0 to 1, without quotes")
            return {}
        shares[name] = share
    if not shares:
        arms.note((), "is empty", f"write {key} = {_EXAMPLES[key]}")
    return shares


def _prompt_shares(stratum: Fields, key: str, prompts: Collection[str] | None) -> dict[str, float]:
    if stratum.raw(key) is None:
        return {}
    shares = _shares(stratum, key)
    for name in shares:
        if prompts is not None and name != NONE and name not in prompts:
            near = get_close_matches(name, [*prompts, NONE], n=1)
            remedy = f"write {near[0]}, or " if near else f'write "{NONE}" for nothing, or '
            stratum.note((key, name), "names a prompt that does not exist", f"{remedy}add it to the transcripts")
    return shares


def _delays(stratum: Fields) -> dict[float, float]:
    delays: dict[float, float] = {}
    for text, share in _shares(stratum, "delays").items():
        try:
            seconds = float(text)
        except ValueError:
            stratum.note(("delays", text), "is no number of seconds", 'write seconds in quotes, "0" or "2.5"')
            return {}
        if seconds in delays:
            stratum.note(("delays", text), f"names {seconds:g} s twice", "name each delay once")
            return {}
        delays[seconds] = share
    return delays

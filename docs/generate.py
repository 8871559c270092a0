"""Writes the pages that are made from the program: ``flow.md``, ``settings.md`` and ``metrics.md``.

Run it with ``.venv/bin/python docs/generate.py`` after a change of the flow's tables, of a setting or of a metric;
tests compare the pages with what this makes.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client.metrics_core import Metric
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ivr.bootstrap.measures import build_metrics
from ivr.domain.flow.interview import REPLAYED_MS
from ivr.domain.flow.interview_table import TURNS, Part
from ivr.domain.flow.script import SECOND_KEY_SECONDS
from ivr.domain.flow.table import ROWS, Phase
from ivr.observe.remedies import REMEDIES
from ivr.settings import HOME, Settings

DOCS = Path(__file__).resolve().parent

_FLOW = """\
# The rating flow

Everything that decides what a caller hears next stands in two tables: `ivr/domain/flow/interview_table.py` says what
follows what in a call, `ivr/domain/flow/table.py` how one question is put. This page is made from them by
`docs/generate.py`. Events come in, commands go out; the tables hold no clock and no line, so a whole conversation can
be replayed as text (`tests/domain/flow/transcripts/`).

## The call

The primary question comes first, and nothing is asked of a caller who has not answered it. Then come, in this order,
the confirmation (a random share of the worst and best answers is asked once more), what follows the answer, what
follows every answer, and the thanks.

```mermaid
stateDiagram-v2
{call_diagram}
```

| part | the caller |
|---|---|
| primary, confirmation, further | is asked a question, which has a table of its own (below) |
| comment | is asked to speak |
| recording | speaks |
| keeping | waits until the comment is durable |
| parting | is thanked |
| ended | is let go; keys that still come are stored as presses |

| event | what it is |
|---|---|
| answered | the question has an answer, which is durable |
| not understood | the question was given up after a wrong key: it is passed over |
| silent | the question was given up, and no key came at all: nobody is there, and nothing more is asked |
| declined | the caller has opted out, and has heard the words for it |
| recorded | the recording has ended: by its key, by silence, by its length, or by the caller's hanging up |

The others are those of a question. How a further question ended is stored too, one that was never reached leaves no
row; whatever becomes of it, the primary answer stands.

The opt-out key counts in questions and in the request for a comment. During a recording and in the thanks it is not
taken: it is stored as a press, and the caller is not entered in the do-not-ask list.

| act | what it does |
|---|---|
| go on | puts what comes next, or thanks where nothing does or the caller has declined |
| part | thanks, and asks nothing more |
| close | ends the call |
| record | begins the recording |
| keep | has the recording stored; where there is none, goes on |
| decline | notes the opt-out and says the words for it |
| disregard | takes the copy for nothing: a request that it has cut short is played again |
| stay | changes nothing |

| part | event | act | then |
|---|---|---|---|
{turns}

## One question

```mermaid
stateDiagram-v2
{diagram}
```

A label reads *event / move*. A key is valid (an answer of the layout), the first key of an answer of two, the layout's
repeat or opt-out key, or wrong; a *copy* is any key that could be an earlier press heard once more, also one of the
question before, and, in the first prompt of a question behind another, any key that comes so soon behind the one before
it that it could correct the last answer (`ivr/domain/flow/bounces.py`).

| phase | waits for |
|---|---|
| listening | the end of what is played, or a key: the silence before the first prompt, the intro, the options with \
their pauses, the wait after them, the explanation of a wrong or a missing key, the farewell |
| collecting | the second key of an answer of two, {second_key:g} s at most; silence makes the first key the answer |
| keeping | the answer to be durable; the call does not go on before |
| ended | nothing; keys that still come are stored as presses |

| move | what it does |
|---|---|
| advance | plays the next step; after the last one reads the options again (within `max_tries` and `max_no_key`), or \
says farewell |
| collect | takes the first key of an answer of two, and waits |
| decide | takes that key for the whole answer; where it is none, goes on as after a wrong key, or ends |
| keep | takes the answer and has it made durable |
| repeat | reads the options again, from the intro where the caller is still in it; `max_repeats` bounds it |
| decline | notes the opt-out and says the words for it; a valid key up to their end still counts |
| explain | says that the key is wrong and reads the options again, within `max_tries` and `max_invalid` |
| leave | ends with the place where the caller hung up, or with the opt-out that came before |
| lose | ends with nobody knowing how: the line is lost, and the caller may be there |
| give up | ends because a recording cannot be played |
| conclude | ends as answered |
| stay | changes nothing |
| disregard | takes the copy for nothing: what it has cut short is played again, what it has not goes on |

| phase | event | move | then |
|---|---|---|---|
{rows}

An event that has no row is a fault of the program: it is refused and changes nothing.
A stored valid key is a rating whatever follows; else an opt-out; else the place of the hang-up; wrong keys come
before silence.

## How long it can last

A call is bounded in tries and in seconds. `ivr/domain/bounds.py` adds up the longest way through all that a layout
names: every reading of the options, every explanation, every wait, every question that can follow, the confirmation
and the comment. What copies of a press cut short is played again for {replayed:g} s of a call in all, and behind that
passed over. A layout whose `longest_seconds` is less than that sum is refused.
"""

_SETTINGS = """\
# Settings

This page is made from `ivr/settings/` by `docs/generate.py`.

A setting is looked for in the environment, then in a file, then here; the first that has it wins. The file is the
one of `--config`, else of `IVR_CONFIG`, else `config/ivr.toml` of the checkout. In the file a setting has its name
(`ami_port = 5038`), in the environment that name in capitals after `IVR_` (`IVR_AMI_PORT=5038`); lists are written
`["a", "b"]` in the file and `a,b` in the environment. An empty variable counts as unset.
An unknown name in the file and a value that makes no sense are
refused at the start, in one sentence. `CHECKOUT` is the folder that `ivr/` lies in. Secrets belong into the
environment.

| setting | environment | default | what it is |
|---|---|---|---|
{rows}
"""

_METRICS = """\
# Metrics

This page is made from `ivr/observe` by `docs/generate.py`.

`/metrics` needs no sign-in; keep the dashboard's port away from strangers. No label names a call, a caller or an agent:
each has a short list of values that are all there, at 0, from the start, and `other`, which counts what is on no list
and should stay 0. A histogram's buckets and the reason for them stand in `ivr/observe/buckets.py`; a p99 of it is
`histogram_quantile(0.99, sum by (le) (rate(NAME_bucket[5m])))`.

| metric | type | labels | what it tells | what to do when it moves |
|---|---|---|---|---|
{rows}
"""


def flow_page() -> str:
    """Return ``docs/flow.md``."""
    turns = [(turn.part, turn.cause, turn.act, turn.then) for turn in TURNS]
    rows = [(row.phase, row.trigger, row.move, row.then) for row in ROWS]
    return _FLOW.format(
        call_diagram=_diagram(turns, Part.PRIMARY, Part.ENDED),
        turns=_table(turns),
        diagram=_diagram(rows, Phase.LISTENING, Phase.ENDED),
        rows=_table(rows),
        second_key=SECOND_KEY_SECONDS,
        replayed=REPLAYED_MS / 1000,
    )


_Row = tuple[str, str, str, Iterable[str]]


def _diagram(rows: Sequence[_Row], first: str, last: str) -> str:
    labels: dict[tuple[str, str], list[str]] = {}
    for state, event, move, after in rows:
        for then in sorted(after):
            labels.setdefault((state, then), []).append(f"{_words(event)} / {_words(move)}")
    edges = [f"    {state} --> {then} : {', '.join(text)}" for (state, then), text in labels.items()]
    return "\n".join((f"    [*] --> {first}", *edges, f"    {last} --> [*]"))


def _table(rows: Sequence[_Row]) -> str:
    cells = ((state, _words(event), _words(move), " or ".join(sorted(after))) for state, event, move, after in rows)
    return "\n".join(f"| {' | '.join(each)} |" for each in cells)


def settings_page() -> str:
    """Return ``docs/settings.md``."""
    rows = [
        f"| `{name}` | `IVR_{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return _SETTINGS.format(rows="\n".join(rows))


def metrics_page() -> str:
    """Return ``docs/metrics.md``."""
    rows = [
        f"| `{name}` | {metric.type} | {_labels(metric)} | {_cell(metric.documentation)} | {_cell(REMEDIES[name])} |"
        for name, metric in ((exposed_name(metric), metric) for metric in build_metrics().families())
    ]
    return _METRICS.format(rows="\n".join(rows))


def exposed_name(metric: Metric) -> str:
    """Return the name under which a metric is scraped; a counter's ends with ``_total``."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def _labels(metric: Metric) -> str:
    values: dict[str, dict[str, None]] = {}
    for sample in metric.samples:
        for label, value in sample.labels.items():
            values.setdefault(label, {})[value] = None
    return "; ".join(
        f"`{label}`: {', '.join(f'`{value}`' for value in found if value != 'other')}"
        for label, found in values.items()
        if label != "le"
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or isinstance(value, SecretStr):
        return "none"
    if value in ((), {}):
        return "empty"
    return f"`{str(value).replace(str(HOME), 'CHECKOUT')}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _words(name: str) -> str:
    return name.replace("_", " ")


def main() -> None:
    """Write the pages."""
    (DOCS / "flow.md").write_text(flow_page(), encoding="utf-8")
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "metrics.md").write_text(metrics_page(), encoding="utf-8")


if __name__ == "__main__":
    main()

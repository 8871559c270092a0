"""Writes the pages that are made from the program: ``flow.md``, ``settings.md`` and ``metrics.md``.

Run it with ``.venv/bin/python docs/generate.py`` after a change of the flow's table, of a setting or of a metric;
tests compare the pages with what this makes.
"""

from pathlib import Path

from prometheus_client.metrics_core import Metric
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ivr.bootstrap.measures import build_metrics
from ivr.domain.flow.table import ROWS, Phase
from ivr.observe.remedies import REMEDIES
from ivr.settings import HOME, Settings

DOCS = Path(__file__).resolve().parent

_FLOW = """\
# The rating flow

Everything that decides what a caller hears next stands in one table, `ivr/domain/flow/table.py`. This page is made
from it by `docs/generate.py`. Events come in, commands go out; the table holds no clock and no line, so a whole
conversation can be replayed as text (`tests/domain/flow/transcripts/`).

```mermaid
stateDiagram-v2
{diagram}
```

A label reads *event / move*. A key is valid (an option of the layout), the layout's opt-out key, or wrong; a *copy* is
any key that could be an earlier press heard once more (`ivr/domain/flow/bounces.py`).

| phase | waits for |
|---|---|
| listening | the end of what is played, or a key: the silence before the first prompt, the intro, the options with \
their pauses, the wait after them, the explanation of a wrong or a missing key, the farewell |
| keeping | the answer to be durable; the caller is not thanked before |
| thanking | the end of the thanks |
| ended | nothing; keys that still come are stored as presses |

| move | what it does |
|---|---|
| advance | plays the next step; after the last one reads the options again (`max_tries` bounds it), or says farewell |
| keep | takes the first valid key as the answer and has it made durable |
| decline | notes the opt-out and says thanks; a valid key up to their end still counts |
| explain | says that the key is wrong and reads the options again, within `max_tries` |
| thank | thanks the caller |
| leave | ends with the place where the caller hung up, or with the opt-out that came before |
| give up | ends because a recording cannot be played |
| conclude | ends as rated |
| stay | changes nothing |
| disregard | takes the copy for nothing: what it has cut short is played again, what it has not goes on |

| phase | event | move | then |
|---|---|---|---|
{rows}

An event that its phase has no row for is a fault of the program: it is refused and changes nothing.
A stored valid key is a rating whatever follows; else an opt-out; else the place of the hang-up; wrong keys come
before silence.
"""

_SETTINGS = """\
# Settings

This page is made from `ivr/settings.py` by `docs/generate.py`.

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
    labels: dict[tuple[Phase, Phase], list[str]] = {}
    for row in ROWS:
        for then in sorted(row.then):
            labels.setdefault((row.phase, then), []).append(f"{_words(row.trigger)} / {_words(row.move)}")
    edges = [f"    {phase} --> {then} : {', '.join(text)}" for (phase, then), text in labels.items()]
    cells = ((row.phase, _words(row.trigger), _words(row.move), " or ".join(sorted(row.then))) for row in ROWS)
    rows = [f"| {' | '.join(each)} |" for each in cells]
    diagram = [f"    [*] --> {Phase.LISTENING}", *edges, f"    {Phase.ENDED} --> [*]"]
    return _FLOW.format(diagram="\n".join(diagram), rows="\n".join(rows))


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
    if value == ():
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

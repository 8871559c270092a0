"""Writes the pages that are made from the program: ``docs/flow.md`` and ``docs/settings.md``.

Run it with ``.venv/bin/python docs/generate.py`` after a change of the flow's table or of a setting; a test
compares the pages with what this makes.
"""

from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ivr.domain.flow.table import ROWS, Phase
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

A label reads *event / move*. A key is valid (an option of the layout), the layout's opt-out key, or wrong.

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
    """Write both pages."""
    (DOCS / "flow.md").write_text(flow_page(), encoding="utf-8")
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()

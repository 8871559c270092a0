"""The rooms' doors: who may import whom, and in which room each library lives."""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ivr"

EDGES = {"telephony", "web", "store", "observe", "catalogue", "rig", "privacy", "simulation"}
CORE = {"usecases", "domain", "errors"}
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "cli": {"cli", "bootstrap", "settings"} | EDGES | CORE,
    "bootstrap": {"bootstrap", "settings"} | EDGES | CORE,
    "settings": {"settings", "errors"},
    **{edge: {edge} | CORE for edge in EDGES},
    "usecases": CORE,
    "domain": {"domain", "errors"},
    "errors": set(),
}
IN_EVERY_ROOM = {"structlog"}
IN_PLACES = {
    "numpy": {"ivr/domain/kpi", "ivr/catalogue", "ivr/simulation"},
    "scipy": {"ivr/domain/kpi", "ivr/catalogue"},
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and where."""

    path: Path
    line: int
    module: str

    @property
    def room(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def place(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def imports() -> Iterator[Import]:
    """Yield every import of the package, those inside functions too."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (Import(path, node.lineno, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert node.level == 0, f"{path}:{node.lineno} imports relatively; write the whole name"
                # ``from ivr.store import tables`` names a module too.
                yield from (Import(path, node.lineno, f"{module}.{name.name}") for name in node.names)


ALL = list(imports())
OURS = [each for each in ALL if each.top == "ivr"]
THEIRS = [each for each in ALL if each.top not in sys.stdlib_module_names and each.top != "ivr"]


def test_every_room_is_known() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms <= set(MAY_IMPORT), f"give {rooms - set(MAY_IMPORT)} its place among the rooms"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    wrong = [
        f"{each.place} imports {each.module}"
        for each in OURS
        if each.room == room and each.module.split(".")[1] not in MAY_IMPORT[room]
    ]
    assert wrong == []


def test_inside_the_domain_the_flow_and_the_figures_do_not_know_each_other() -> None:
    apart = {"flow": "ivr.domain.kpi", "kpi": "ivr.domain.flow"}
    wrong = [
        f"{each.place} imports {each.module}"
        for each in OURS
        for part, other in apart.items()
        if (PACKAGE / "domain" / part) in each.path.parents and each.module.startswith(other)
    ]
    assert wrong == []


def test_each_library_lives_in_one_room() -> None:
    rooms: dict[str, set[str]] = defaultdict(set)
    for each in THEIRS:
        # The validation of settings is one library in two packages.
        rooms[each.top].add(each.room)
    spread = {
        library: sorted(where)
        for library, where in rooms.items()
        if len(where) > 1 and library not in IN_EVERY_ROOM | set(IN_PLACES)
    }
    assert spread == {}


@pytest.mark.parametrize("library", IN_PLACES)
def test_arithmetic_stays_where_figures_and_sounds_are_made(library: str) -> None:
    wrong = [
        each.place
        for each in THEIRS
        if each.top == library and not any(each.place.startswith(place) for place in IN_PLACES[library])
    ]
    assert wrong == []


def test_the_domain_has_no_clock_no_chance_and_no_input() -> None:
    outside = {
        "asyncio",
        "io",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "subprocess",
        "time",
    }
    allowed_libraries = set(IN_PLACES)
    wrong = [
        f"{each.place} imports {each.module}"
        for each in ALL
        if each.room == "domain" and (each.top in outside or (each in THEIRS and each.top not in allowed_libraries))
    ]
    assert wrong == []


def test_every_declared_library_is_used_and_every_used_one_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {name.partition("[")[0] for name in project["dependencies"]}
    imported_as = {
        "argon2-cffi": "argon2",
        "asterisk-ami": "asterisk",
        "markdown-it-py": "markdown_it",
        "prometheus-client": "prometheus_client",
        "pynacl": "nacl",
        "pydantic-settings": "pydantic_settings",
        "psycopg": None,  # loaded by name, from the database's address
    }
    wanted = {imported_as.get(name, name) for name in declared} - {None}
    used = {each.top for each in THEIRS} - {"pydantic"}  # comes with pydantic-settings
    assert used == wanted

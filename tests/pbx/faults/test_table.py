"""The table of the faults is made from records, and goes where the page has room for it."""

import importlib.util
from dataclasses import asdict
from types import ModuleType

import pytest

from ivr.settings import HOME
from tests.pbx.faults.record import FaultRecord

RECORDS = [
    asdict(FaultRecord("killed", 46, 61, 60, 1, 0, 0, 0.13, "35 answers | in `queue_log`")),
    asdict(FaultRecord("stopped", 4, 9, 9, 0, 2, 1, 10.04)),
]


@pytest.fixture
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("faults", HOME / "docs/faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_record_is_a_row_and_the_last_row_sums_them(writer: ModuleType) -> None:
    *_, killed, stopped, every = writer.fault_table(RECORDS).splitlines()
    assert killed == "| killed | 46 | 61 | 60 | 1 | 0 | 0 | 0.1 | 35 answers \\| in `queue_log` |"
    assert stopped == "| stopped | 4 | 9 | 9 | 0 | 2 | 1 | 10.0 |  |"
    assert every == "| **all** | 50 | 70 | 69 | 1 | 2 | 1 | 10.0 |  |"


def test_the_page_keeps_everything_else(writer: ModuleType) -> None:
    page = f"before\n{writer.BEGIN}\nold\n{writer.END}\nafter\n"
    assert writer.with_table(page, "new\n") == f"before\n{writer.BEGIN}\nnew\n{writer.END}\nafter\n"
    with pytest.raises(ValueError, match="lost its marks"):
        writer.with_table("nothing", "new\n")


def test_the_shipped_page_has_its_marks(writer: ModuleType) -> None:
    writer.with_table(writer.PAGE.read_text(), "")

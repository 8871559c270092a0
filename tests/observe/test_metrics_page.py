"""The page of the metrics: true, whole, and with a remedy for each."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from ivr.bootstrap.measures import build_metrics
from ivr.observe.remedies import REMEDIES

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_metric_has_a_remedy_and_every_remedy_a_metric() -> None:
    names = [generator().exposed_name(metric) for metric in build_metrics().families()]
    assert len(names) == len(set(names))
    assert set(names) == set(REMEDIES)
    assert [name for name in names if not REMEDIES[name]] == []


def test_the_page_is_up_to_date() -> None:
    written = (DOCS / "metrics.md").read_text()
    assert written == generator().metrics_page(), "run .venv/bin/python docs/generate.py"


def test_every_metric_that_a_page_speaks_of_exists() -> None:
    for page in DOCS.glob("*.md"):
        spoken = {name.removesuffix("_bucket") for name in re.findall(r"`(ivr_[a-z_]+)", page.read_text())}
        assert spoken - set(REMEDIES) == set(), page.name

"""The page's experiment that gives one layout to everybody is one that the service takes."""

import re
from pathlib import Path

from ivr.catalogue.experiments import load_experiments
from ivr.catalogue.layouts import load_layouts

from .conftest import ROOT, SHIPPED_LAYOUTS


def test_the_experiment_of_the_page_gives_everybody_the_layout(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "layouts.md").read_text()
    section = page[page.index("## Hear it on a real call") :]
    (written,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "mine.toml").write_text(written)
    experiment = load_experiments(tmp_path, load_layouts(SHIPPED_LAYOUTS), frozenset())["mine"]
    assert [dict(stratum.layouts) for stratum in experiment.strata] == [{"rating-5": 1.0}]
    assert "IVR_EXPERIMENT=mine make demo" in section

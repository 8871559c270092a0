"""The documentation as pages: every link of a page leads somewhere, and nothing but the shelf can be read."""

import re
from pathlib import Path

import pytest

from ivr.web.explanations import EXPLANATIONS
from ivr.web.help_shelf import HelpShelf

DOCS = Path(__file__).parents[2] / "docs"
SHELF = HelpShelf(DOCS)


def test_every_page_has_a_title_and_its_links_lead_to_pages_and_pictures() -> None:
    assert len(SHELF.names) > 40
    for name in SHELF.names:
        page = SHELF.page(name)
        assert page is not None
        assert page.title != name
        assert "<h1" not in page.html
        for target in re.findall(r'(?:href|src)="/help/([^"#]*)', page.html):
            assert SHELF.page(target) is not None or SHELF.picture(target) is not None, (name, target)


def test_headings_can_be_linked_to() -> None:
    page = SHELF.page("statistics/structural-fit")
    assert page is not None
    assert 'id="how-to-read-it"' in page.html


@pytest.mark.parametrize("term", EXPLANATIONS)
def test_every_explanation_leads_to_a_page(term: str) -> None:
    page = EXPLANATIONS[term].page
    assert page is None or SHELF.page(f"statistics/{page}") is not None


@pytest.mark.parametrize(
    "name", ["../README", "statistics/../../pyproject", "", "statistics/", "statistics/draw.py", "x" * 999]
)
def test_only_what_is_on_the_shelf_is_read(name: str) -> None:
    assert SHELF.page(name) is None
    assert SHELF.picture(name) is None


def test_markup_in_a_page_stays_text(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n\n<script>alert(1)</script> [x](javascript:alert(1)) [y](two.md)\n")
    page = HelpShelf(tmp_path).page("one")
    assert page is not None
    assert "<script" not in page.html
    assert "href" not in page.html


async def test_a_page_is_served_to_whoever_is_signed_in(site, browser) -> None:
    assert (await browser.get("/help/statistics/funnel")).status == 303
    await browser.sign_in("ana")
    answer = await browser.get("/help/statistics/funnel")
    assert answer.status == 200
    assert "Funnel plot" in await answer.text()
    picture = await browser.get("/help/statistics/images/funnel.svg")
    assert picture.content_type == "image/svg+xml"
    assert (await browser.get("/help/statistics/..%2f..%2fpyproject")).status == 404

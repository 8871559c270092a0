"""Drill-down: every number that leads to calls leads to as many of them."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from ivr.domain.calls import EndedBy
from ivr.domain.outcomes import Outcome
from tests.memory_ports import NOON, StoredCall


class Links(HTMLParser):
    """Collects the links to calls with their texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._open, self._text = dict(attrs).get("href"), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            if self._open.startswith("/calls?") or self._open == "/calls":
                self.found.append((" ".join(self._text.split()), self._open))
            self._open = None


@pytest.fixture
def month(site):
    """Three hundred calls of ana and bob over a month, of every outcome, answer, ending and hearing."""
    others = [each for each in Outcome if each is not Outcome.RATED]
    for number in range(300):
        outcome = Outcome.RATED if number % 5 < 3 else others[number % len(others)]
        site.tallies.calls.append(
            StoredCall(
                agent="ana" if number % 3 else "bob",
                outcome=outcome,
                category=number % 7 % 3 if outcome is Outcome.RATED else None,
                ended_at=NOON + timedelta(days=number % 28, minutes=number),
                ended_by=list(EndedBy)[number % 4],
                options_heard=number % 4,
                excluded=number % 11 == 0,
            )
        )
    site.pass_time(days=40)
    return site


@pytest.mark.parametrize(
    ("who", "path"), [("sam", "/agents/ana"), ("ana", "/me"), ("sam", "/team"), ("sam", "/agents/ana?from=2026-03-09")]
)
async def test_a_number_that_leads_to_calls_leads_to_as_many(month, browser, who, path):
    await browser.sign_in(who)
    links = Links()
    links.feed(await (await browser.get(path)).text())
    numbers = [(int(text.replace(",", "")), address) for text, address in links.found if re.fullmatch(r"[\d,]+", text)]
    assert len(numbers) > 10
    for many, address in numbers:
        answer = await (await browser.get(f"/api/v1{address}")).json()
        assert answer["total"] == many, address
    # And n of the points of the trend, each over its own days.
    dated = [(int(n[1]), address) for text, address in links.found if (n := re.search(r"n = (\d+)", text))]
    for many, address in dated:
        answer = await (await browser.get(f"/api/v1{address}")).json()
        assert (answer["rated"] if answer["too_few"] else answer["total"]) == many, address

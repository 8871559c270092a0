from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures, FittedLayout
from ivr.store.database import Database
from ivr.store.fit_document import document_of, figures_of
from ivr.store.fits import KEPT_IN_ALL, KEPT_OF_MONTHS, SqlFits
from ivr.store.writer import Writer
from ivr.usecases.fits import ALL_MONTHS, Fit, Months

MARCH = Months("2026-03", "2026-03")
SHARE = Estimate(0.1 + 0.2, 1 / 3, 0.9, "proportion", 12, "wilson", Status.WIDE, ("few ratings, «sehr» wenige",))
NOTHING = Estimate(None, None, None, "points", 0, "none", Status.NOT_IDENTIFIED)
FIGURES = FittedFigures(
    method="structural-1",
    reference_layout=None,
    estimand="best category",
    agents=(
        FittedAgent("ann", SHARE, NOTHING, 1, (2, 5), ("offers_few",), ("a note",), 0.7, 30),
        FittedAgent("王", NOTHING, SHARE),
    ),
    layouts=(FittedLayout("sparse-531", SHARE, ("noted",)),),
    facts={"key_habit": NOTHING, "level": SHARE},
    warnings=("One layout throughout.",),
)
FIT = Fit(MARCH, "7:abc", datetime(2026, 4, 1, 2, 3, 4, 5, tzinfo=UTC), 1.25, 40_000, FIGURES)


@pytest.fixture
def fits(database: Database, writer: Writer) -> SqlFits:
    return SqlFits(database, writer)


async def test_a_fit_is_kept_as_it_is(fits: SqlFits) -> None:
    version = await fits.add(FIT)
    assert await fits.load(version) == FIT
    unknown = replace(FIT, handled=None, months=ALL_MONTHS)
    assert await fits.load(await fits.add(unknown)) == unknown


async def test_the_newest_of_exactly_these_months_is_found(fits: SqlFits) -> None:
    spans = [MARCH, ALL_MONTHS, Months("2026-03"), Months(last="2026-03")]
    assert [await fits.newest(months) for months in spans] == [None] * 4
    versions = [await fits.add(replace(FIT, months=months)) for months in spans]
    assert [await fits.newest(months) for months in spans] == versions
    again = await fits.add(FIT)
    assert await fits.newest(MARCH) == again
    assert await fits.load(versions[0]) == FIT
    assert await fits.load(again + 1) is None


async def test_old_fits_are_given_up_and_their_numbers_never_given_again(fits: SqlFits) -> None:
    other = await fits.add(replace(FIT, months=ALL_MONTHS))
    versions = [await fits.add(FIT) for _ in range(KEPT_OF_MONTHS + 2)]
    kept = [version for version in versions if await fits.load(version) is not None]
    assert kept == versions[2:]
    assert await fits.load(other) is not None
    assert versions == list(range(other + 1, other + 1 + len(versions)))


async def test_fits_of_ever_new_months_do_not_pile_up(fits: SqlFits, database: Database) -> None:
    for number in range(KEPT_IN_ALL + 5):
        await fits.add(replace(FIT, months=Months(f"{1900 + number}-01")))
    count = database.read_now(lambda connection: connection.execute(text("SELECT count(*) FROM fits")).scalar())
    assert count == KEPT_IN_ALL


numbers = st.none() | st.floats(allow_nan=False)
estimates = st.builds(
    Estimate, numbers, numbers, numbers, st.text(), st.integers(0), st.text(), st.sampled_from(Status), st.tuples()
)


@given(
    st.lists(st.builds(FittedAgent, st.text(), estimates, estimates, reliability=numbers)),
    st.dictionaries(st.text(), estimates),
)
def test_a_document_loses_nothing(agents: list[FittedAgent], facts: dict[str, Estimate]) -> None:
    figures = replace(FIGURES, agents=tuple(agents), facts=facts)
    assert figures_of(document_of(figures)) == figures


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"method": 1}', "null", "7"])
def test_another_text_is_no_document(document: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        figures_of(document)


@pytest.mark.parametrize("document", ["{}", "", '{"method": "structural 1", "agents": [{"ag', "[]", '{"agents": 7}'])
async def test_a_fit_that_cannot_be_read_is_none_and_the_next_one_takes_its_place(
    fits: SqlFits, writer: Writer, document: str
) -> None:
    version = await fits.add(FIT)
    await writer.write(lambda connection: connection.execute(text("UPDATE fits SET figures = :d"), {"d": document}))
    assert await fits.newest(MARCH) == version
    assert await fits.load(version) is None
    assert await fits.load(await fits.add(FIT)) == FIT

"""The audit log's chain: what holds, and what is told of one that does not."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.audit_chain import (
    BEGINNING,
    AuditEntry,
    ChainCheck,
    Damage,
    canonical_detail,
    check_chain,
    hash_of,
    next_entry,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def chain_of(entries: int) -> list[AuditEntry]:
    chain: list[AuditEntry] = []
    for number in range(entries):
        last = chain[-1] if chain else None
        detail = canonical_detail({"number": number})
        chain.append(next_entry(last, at=NOON, who=f"user{number}", event="signed_in", subject=None, detail=detail))
    return chain


def test_a_hash_is_what_it_was_when_it_was_written() -> None:
    """A hash that is made otherwise one day would break every log there is."""
    written = b'[1,"2026-03-02T12:00:00.000000+00:00","ann","signed_in",null,"{\\"a\\":1}","' + b"0" * 64 + b'"]'
    made = hash_of(1, NOON, "ann", "signed_in", None, '{"a":1}', BEGINNING)
    assert made == hashlib.sha256(written).hexdigest()


def test_a_hash_tells_moments_and_not_how_they_are_written() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    parts = ("ann", "signed_in", None, "{}", BEGINNING)
    assert hash_of(1, NOON, *parts) == hash_of(1, there, *parts)
    assert hash_of(1, NOON, *parts) != hash_of(1, NOON + timedelta(microseconds=1), *parts)


@given(st.lists(st.text(max_size=4), min_size=4, max_size=4), st.lists(st.text(max_size=4), min_size=4, max_size=4))
def test_entries_that_differ_have_different_hashes(one: list[str], other: list[str]) -> None:
    assert (hash_of(1, NOON, *one, BEGINNING) == hash_of(1, NOON, *other, BEGINNING)) == (one == other)


def test_detail_is_written_in_one_way() -> None:
    written = {canonical_detail(dict(pairs)) for pairs in permutations([("b", 1), ("a", "ä"), ("c", None)])}
    assert written == {'{"a":"\\u00e4","b":1,"c":null}'}


@pytest.mark.parametrize("entries", [0, 1, 2, 9])
def test_a_chain_holds(entries: int) -> None:
    chain = chain_of(entries)
    assert check_chain(chain) == ChainCheck(entries, chain[-1].hash if chain else BEGINNING)


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    "change",
    [
        {"who": "mallory"},
        {"event": "exported"},
        {"subject": "ana"},
        {"detail": "{}"},
        {"at": NOON + timedelta(seconds=1)},
        {"hash": "f" * 64},
    ],
)
def test_a_change_is_told_where_it_is(place: int, change: dict[str, object]) -> None:
    chain = chain_of(6)
    chain[place] = replace(chain[place], **change)
    check = check_chain(chain)
    assert (check.entries, check.damage, check.damaged) == (place, Damage.CHANGED, place + 1)


@pytest.mark.parametrize("place", range(5))
def test_a_change_with_a_hash_that_fits_is_told_by_the_next_entry(place: int) -> None:
    chain = chain_of(6)
    last = chain[place - 1] if place else None
    chain[place] = next_entry(last, at=NOON, who="mallory", event="signed_in", subject=None, detail="{}")
    check = check_chain(chain)
    assert (check.entries, check.damage, check.damaged) == (place, Damage.CHANGED, place + 1)
    assert check.head == (last.hash if last else BEGINNING)


@pytest.mark.parametrize("place", range(5))
def test_what_is_missing_is_told(place: int) -> None:
    chain = chain_of(6)
    del chain[place]
    check = check_chain(chain)
    assert (check.entries, check.damage, check.damaged) == (place, Damage.MISSING, place + 1)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("fits", [True, False])
def test_what_was_inserted_is_told(place: int, fits: bool) -> None:
    chain = chain_of(6)
    last = chain[place - 1] if place else None
    inserted = next_entry(last, at=NOON, who="mallory", event="signed_in", subject=None, detail="{}")
    if not fits:
        inserted = replace(inserted, hash="f" * 64)
    moved = [replace(each, number=each.number + 1) for each in chain[place:]]
    check = check_chain([*chain[:place], inserted, *moved])
    assert (check.entries, check.damage, check.damaged) == (place, Damage.INSERTED, place + 1)


def test_heads_are_found_up_to_the_damage() -> None:
    chain = chain_of(6)
    heads = [each.hash for each in chain]
    chain[3] = replace(chain[3], who="mallory")
    assert check_chain(chain, heads=[*heads, "other"]).found == set(heads[:3])

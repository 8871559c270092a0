"""What the service itself counts: two scrapes of its metrics and the difference of their histograms."""

import asyncio
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

# Histograms of the service that say how it keeps up, and which of their labels counts (None: the whole family).
WATCHED: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "ivr_agi_command_seconds": ("verb", ("SET VARIABLE", "GET VARIABLE")),
    "ivr_agi_gap_seconds": (None, ()),
    "ivr_ledger_write_seconds": (None, ()),
    "ivr_ledger_commit_seconds": (None, ()),
    "ivr_event_loop_delay_seconds": (None, ()),
    "ivr_ami_lag_seconds": (None, ()),
}

Buckets = Mapping[str, Mapping[float, float]]


@dataclass(frozen=True, slots=True)
class Scrape:
    """Counts by bucket of the watched histograms, and every counter of what was refused, lost or dropped."""

    buckets: Buckets
    counters: Mapping[str, float]


async def scrape(port: int) -> Scrape:
    """Read ``/metrics`` of the service whose web side is on ``port``."""
    text = await asyncio.to_thread(_fetch, f"http://127.0.0.1:{port}/metrics")
    buckets: dict[str, dict[float, float]] = {}
    counters: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{family.name}_bucket" and family.name in WATCHED:
                label, values = WATCHED[family.name]
                if label is None or sample.labels.get(label) in values:
                    into = buckets.setdefault(family.name, defaultdict(float))
                    into[float(sample.labels["le"])] += sample.value
            elif family.type == "counter" and sample.name.endswith("_total"):
                named = ",".join(sample.labels.values())
                counters[f"{sample.name}{{{named}}}" if named else sample.name] = sample.value
    return Scrape(buckets, counters)


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def at_most_seconds(before: Scrape, after: Scrape, share: float) -> dict[str, float]:
    """Return the upper end of the bucket that holds each histogram's quantile; nothing for an empty one."""
    found: dict[str, float] = {}
    for name, counts in after.buckets.items():
        earlier = before.buckets.get(name, {})
        grown = {bound: count - earlier.get(bound, 0.0) for bound, count in counts.items()}
        total = max(grown.values(), default=0.0)
        if total:
            found[name] = min(bound for bound, count in grown.items() if count >= share * total)
    return found


def grown(before: Scrape, after: Scrape) -> dict[str, float]:
    """Return what each counter has grown by, where it has."""
    return {
        name: value - before.counters.get(name, 0.0)
        for name, value in after.counters.items()
        if value != before.counters.get(name, 0.0)
    }

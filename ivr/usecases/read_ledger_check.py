"""Reads whether the ledger is whole, and when that was looked at last."""

from dataclasses import dataclass

from ivr.usecases.ledger_check import LedgerCheck
from ivr.usecases.page_reads import Question, Sources


@dataclass(frozen=True, slots=True)
class LedgerCheckQuestion(Question[LedgerCheck]):
    """What the comparison of tallies and calls has found by now."""

    async def answer(self, sources: Sources) -> LedgerCheck:
        """Return it."""
        return sources.ledger_check

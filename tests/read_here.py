"""Answers to pages' questions in the very process of a test."""

from typing import TypeVar

from ivr.usecases.page_reads import Question, Sources

T = TypeVar("T")


class ReadHere:
    """Answers from ``sources`` at once, without the process that answers beside the service."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def read(self, question: Question[T]) -> T:
        """Return the answer."""
        return await question.answer(self._sources)

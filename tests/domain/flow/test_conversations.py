"""Whole conversations, each a text file: what happened and what the flow did."""

from pathlib import Path

import pytest

from tests.domain.flow.conversation import replay

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_flow_speaks_as_written(transcript: Path) -> None:
    written = transcript.read_text()
    assert replay(written) == written


def test_every_transcript_ends_with_one_finish() -> None:
    assert len(TRANSCRIPTS) >= 35
    for transcript in TRANSCRIPTS:
        said = [line for line in transcript.read_text().splitlines() if line.startswith("<")]
        first_finish = next(number for number, line in enumerate(said) if line.startswith("< finish"))
        assert set(said[first_finish:]) == {said[-1]}, transcript.name

"""What the tests of the rig share: the real programs and a stand-in for the rating context."""

from pathlib import Path

import pytest

from ivr.rig.programs import Programs, find_programs

STAND_IN = """\
[ivr-rating]
exten => s,1,NoOp(rating of ${ARG1})
 same => n,Wait(0.5)
 same => n,Read(KEY,demo-congrats,1,,1,1)
 same => n,Set(FILE(${HEARD},,,al,u)=${UNIQUEID},${ARG1},${MEMBERINTERFACE},${KEY})
 same => n,Wait(0.6)
 same => n,Return()
exten => invite,1,Read(KEY,demo-congrats,1,,1,1)
 same => n,Set(FILE(${HEARD},,,al,u)=${UNIQUEID}-invited,${ARG1},,${KEY})
 same => n,Return()
"""


@pytest.fixture(scope="session")
def programs() -> Programs:
    return find_programs(lambda line: None)


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    path = tmp_path / "ivr-rating.conf"
    path.write_text(STAND_IN)
    return path

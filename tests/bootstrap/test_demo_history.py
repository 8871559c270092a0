"""The demonstration's past: its own people, until yesterday, under an Asterisk of its own."""

from datetime import UTC, datetime
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.demo_history import PBX, import_history
from ivr.settings import Settings
from ivr.store.export_calls import handled_calls

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TEAMS = {"ana.silva": "north", "bo.lindqvist": "north", "chidi.okafor": "south", "dina.haddad": "south"}


async def test_the_past_is_that_of_the_demonstration_s_people_and_ends_yesterday(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}", pepper_file=tmp_path / "pepper")
    async with parts.opened_store(settings) as store:
        report = await import_history(settings, store, TEAMS, {"paced-123": "today"}, tmp_path, NOW)
        calls = await store.database.read(lambda connection: list(handled_calls(connection)))
    assert report.added == len(calls) > 300
    assert {call.call.pbx for call in calls} == {PBX}
    assert {(call.agent, call.team) for call in calls} == set(TEAMS.items())
    assert {call.layout_version for call in calls if call.layout == "paced-123"} == {"today"}
    latest = max(call.ended_at for call in calls)
    assert latest.date() == datetime(2026, 11, 21, tzinfo=UTC).date()
    assert min(call.ended_at for call in calls).year == 2026

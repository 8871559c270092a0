"""The layouts' pages over HTTP: side by side, one with its timeline and history, and its sound in parts."""

import pytest

from ivr.domain.outcomes import Outcome
from tests.heard_layouts import MemoryHeard, silence
from tests.memory_ports import StoredCall

WAV = silence(20.0)


@pytest.fixture
def heard(site):
    site.heard = MemoryHeard(wav=WAV)
    site.tallies.calls += [
        *(StoredCall(category=2 if number % 2 else 0) for number in range(30)),
        *(StoredCall(layout="paced-123", layout_version="p1") for _ in range(20)),
        StoredCall(layout="gone-123", layout_version="g1", outcome=Outcome.NO_KEY, category=None),
    ]
    return site


async def test_layouts_stand_side_by_side_also_those_that_only_calls_know(heard, browser):
    await browser.sign_in("vera")
    answer = await browser.get("/layouts")
    page = await answer.text()
    assert answer.status == 200
    assert all(f'href="/layouts/{key}"' in page for key in ("paced-123", "gone-123", "sequential-123"))
    assert "not defined here today" in page
    assert "leads callers, nobody signed" in page
    assert "15 %" in page


async def test_a_layout_shows_its_timeline_its_effect_and_why_something_is_missing(heard, browser):
    await browser.sign_in("vera")
    page = await (await browser.get("/layouts/paced-123")).text()
    assert '<audio id="layout-sound"' in page
    assert 'class="chart timeline"' in page
    assert "This layout leads callers." in page
    assert "no reference layout" not in page
    assert "<code>p1</code>" in page
    gone = await (await browser.get("/layouts/gone-123")).text()
    assert "There is nothing to hear: no file here defines this layout today." in gone
    assert "<audio" not in gone


async def test_without_recordings_the_page_says_what_to_do_and_not_where(heard, browser):
    heard.heard.wav = None
    await browser.sign_in("vera")
    page = await (await browser.get("/layouts/paced-123")).text()
    assert "ivr prompts build" in page
    assert "/srv/sounds" not in page
    assert 'class="chart timeline"' in page
    assert (await browser.get("/layouts/paced-123/sound.wav")).status == 404


async def test_the_sound_comes_whole_and_in_parts(heard, browser):
    await browser.sign_in("vera")
    whole = await browser.get("/layouts/paced-123/sound.wav")
    assert (whole.status, whole.content_type) == (200, "audio/wav")
    assert await whole.read() == WAV
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": "bytes=100-199"})
    assert part.status == 206
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(WAV)}"
    assert await part.read() == WAV[100:200]
    tail = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": "bytes=-50"})
    assert await tail.read() == WAV[-50:]
    rest = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": f"bytes={len(WAV) - 10}-"})
    assert await rest.read() == WAV[-10:]
    far = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": "bytes=0-99999999"})
    assert (far.status, len(await far.read())) == (206, len(WAV))


@pytest.mark.parametrize("unreadable", ["bytes=5-2", "bytes=a-b", "words=0-9", "bytes=0-9,20-29", "bytes=-"])
async def test_a_range_that_cannot_be_read_gives_the_whole(heard, browser, unreadable):
    await browser.sign_in("vera")
    answer = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": unreadable})
    assert (answer.status, len(await answer.read())) == (200, len(WAV))


async def test_a_range_outside_is_refused_and_one_of_another_version_gives_the_whole(heard, browser):
    await browser.sign_in("vera")
    outside = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": f"bytes={len(WAV)}-"})
    assert outside.status == 416
    assert outside.headers["Content-Range"] == f"bytes */{len(WAV)}"
    other = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status, len(await other.read())) == (200, len(WAV))
    same = await browser.get("/layouts/paced-123/sound.wav", headers={"Range": "bytes=0-9", "If-Range": '"tag-1"'})
    assert same.status == 206


@pytest.mark.parametrize(
    "path", ["/layouts/nothing", "/layouts/nothing/sound.wav", "/layouts/..%2F..%2Fetc%2Fpasswd", "/layouts/%00"]
)
async def test_what_is_no_layout_is_not_there(heard, browser, path):
    await browser.sign_in("vera")
    assert (await browser.get(path)).status == 404


async def test_names_are_text_and_never_markup(heard, browser):
    heard.tallies.calls.append(StoredCall(layout="<b>x</b>", layout_version="<i>"))
    await browser.sign_in("vera")
    for path in ("/layouts", "/layouts/%3Cb%3Ex%3C%2Fb%3E"):
        page = await (await browser.get(path)).text()
        assert "&lt;b&gt;x&lt;/b&gt;" in page
        assert "<b>x</b>" not in page


@pytest.mark.parametrize("path", ["/layouts", "/layouts/paced-123", "/layouts/paced-123/sound.wav", "/api/v1/layouts"])
async def test_an_agent_sees_none_of_it(heard, browser, path):
    await browser.sign_in("ana")
    assert (await browser.get(path)).status == 403


@pytest.mark.parametrize("name", ["sam", "otto"])
async def test_supervisors_and_operators_see_the_whole_centre(heard, browser, name):
    """No person is told apart there, so the scope of teams does not narrow it."""
    await browser.sign_in(name)
    found = await (await browser.get("/api/v1/kpi/layouts")).json()
    assert found["handled"] == 51
    assert (await browser.get("/api/v1/kpi/layouts?team=blue")).status == 400


async def test_scripts_get_what_the_pages_show(heard, browser):
    await browser.sign_in("vera")
    found = await (await browser.get("/api/v1/layouts")).json()
    rows = {row["layout"]: row for row in found["layouts"]}
    assert rows["paced-123"]["heard"]["given"]["shares"] == [{"stratum": "*", "share": 0.15, "control": False}]
    assert rows["paced-123"]["figures"]["rated"] == 20
    assert (rows["gone-123"]["heard"], rows["gone-123"]["figures"]["handled"]) == (None, 1)
    one = await (await browser.get("/api/v1/layouts/paced-123")).json()
    assert [part["part"] for part in one["heard"]["parts"]][:3] == ["intro", "option", "pause"]
    assert one["heard"]["sound"] == "/layouts/paced-123/sound.wav"
    assert (await browser.get("/api/v1/layouts/nothing")).status == 404

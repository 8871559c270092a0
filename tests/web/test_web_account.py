"""One's own account over a real socket: password, sessions, tokens, second step, and what is kept."""

import pyotp
import pytest

from ivr.domain.access import Right
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.outcomes import Outcome
from ivr.usecases.make_token import make_token
from ivr.web.browser_names import browser_name
from ivr.web.languages import words_in
from tests.memory_ports import StoredCall
from tests.web_site import PASSWORD, ZONE, Browser

NEW = "seven plain words again"


@pytest.fixture
async def sam(browser):
    """A browser in which sam is signed in."""
    await browser.sign_in("sam")
    return browser


async def test_the_password_is_changed_and_every_other_browser_is_out(site, sam):
    other = Browser(sam.address)
    await other.sign_in("sam")
    before = sam.cookie("ivr_session")
    token = await sam.token("/account/password")
    answer = await sam.post("/account/password", old=PASSWORD, new=NEW, again=NEW, csrf_token=token)
    assert (answer.status, answer.headers["Location"]) == (303, "/account?done=password")
    assert sam.cookie("ivr_session") != before
    assert "The password is changed." in await (await sam.get("/account?done=password")).text()
    assert (await other.get("/account")).status == 303
    assert (await other.sign_in("sam", PASSWORD)).status == 403
    assert (await other.sign_in("sam", NEW)).status == 303
    await other.client.close()


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "old", "This is not your present password"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "new", "shorter than 12 characters"),
        ({"old": PASSWORD, "new": "password1234", "again": "password1234"}, "new", "words that have nothing to do"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "new", "This is the old password"),
        ({"old": PASSWORD, "new": NEW, "again": "something else"}, "again", "not the same as the new password"),
        ({}, "new", "shorter than 12 characters"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_changes_nothing(site, sam, fields, place, sentence):
    token = await sam.token("/account/password")
    answer = await sam.post("/account/password", csrf_token=token, **fields)
    text = await answer.text()
    assert answer.status == 400
    fault = text.split(f'id="{place}-fault">')[1].split("</p>")[0]
    assert sentence in fault
    assert fault[0].isupper()
    assert fault.endswith(".")
    for typed in fields.values():
        assert f'value="{typed}"' not in text
    other = Browser(sam.address)
    assert (await other.sign_in("sam")).status == 303
    await other.client.close()


async def test_wrong_passwords_at_the_account_have_to_wait_as_at_the_sign_in(sam):
    token = await sam.token("/account/password")
    for _ in range(5):
        await sam.post("/account/password", old="wrong", new=NEW, again=NEW, csrf_token=token)
    answer = await sam.post("/account/password", old=PASSWORD, new=NEW, again=NEW, csrf_token=token)
    assert "Too many wrong passwords; please wait 5 s" in await answer.text()


async def test_sessions_are_listed_and_ended_with_the_password(site, sam):
    others = [Browser(sam.address) for _ in range(2)]
    for other in others:
        await other.sign_in("sam")
    text = await (await sam.get("/account/sessions")).text()
    assert text.count("<strong>this browser</strong>") == 1
    ids = [each.id for each in site.open_sessions.values()]
    own = next(each.id for each in site.open_sessions.values() if f'value="{each.id}"' not in text)
    first, second = (each for each in ids if each != own)
    token = await sam.token("/account/sessions")
    refused = await sam.post("/account/sessions", session=first, password="wrong", csrf_token=token)
    assert "This is not your present password" in await refused.text()
    assert len(site.open_sessions) == 3
    ended = await sam.post("/account/sessions", session=first, password=PASSWORD, csrf_token=token)
    assert ended.headers["Location"] == "/account/sessions?done=session-ended"
    assert {each.id for each in site.open_sessions.values()} == {own, second}
    assert (await sam.post("/account/sessions", session=own, password=PASSWORD, csrf_token=token)).status == 400
    assert (await sam.post("/account/sessions", session=first, password=PASSWORD, csrf_token=token)).status == 404
    await sam.post("/account/sessions", session="others", password=PASSWORD, csrf_token=token)
    assert {each.id for each in site.open_sessions.values()} == {own}
    for other in others:
        assert (await other.get("/account")).status == 303
        await other.client.close()


async def test_nobody_ends_somebody_else_s_session(site, sam):
    other = Browser(sam.address)
    await other.sign_in("adam")
    (adams,) = (each for each in site.open_sessions.values() if each.user.name == "adam")
    token = await sam.token("/account/sessions")
    assert (await sam.post("/account/sessions", session=adams.id, password=PASSWORD, csrf_token=token)).status == 404
    assert (await other.get("/account")).status == 200
    await other.client.close()


async def test_a_token_is_made_shown_once_used_and_revoked(site, sam):
    fields = {"name": "nightly", "scope": "figures", "days": "9", "csrf_token": await sam.token("/account/tokens")}
    answer = await sam.post("/account/tokens", password=PASSWORD, **fields)
    text = await answer.text()
    secret = text.split('id="new-token">')[1].split("<")[0]
    assert secret.startswith("ivr_")
    listed = await (await sam.get("/account/tokens")).text()
    assert secret not in listed
    assert "nightly" in listed
    assert "agents&#39; figures" in listed
    headers = {"Authorization": f"Bearer {secret}"}
    script = Browser(sam.address)
    assert (await script.get("/api/v1/kpi/agents", headers=headers)).status == 200
    assert (await script.get("/api/v1/kpi/layouts", headers=headers)).status == 403
    (token,) = await site.sign_in.tokens.of_user("sam")
    revoked = await sam.post("/account/tokens/revoke", token=token.id, csrf_token=await sam.token("/account/tokens"))
    assert revoked.headers["Location"] == "/account/tokens?done=token-revoked"
    assert (await script.get("/api/v1/kpi/agents", headers=headers)).status == 401
    await script.client.close()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": "", "scope": "figures", "days": "9"}, "name"),
        ({"name": "a\x00b", "scope": "figures", "days": "9"}, "name"),
        ({"name": "x", "days": "9"}, "scope"),
        ({"name": "x", "scope": "accounts", "days": "9"}, "scope"),
        ({"name": "x", "scope": "system", "days": "9"}, "scope"),
        ({"name": "x", "scope": "figures", "days": "0"}, "days"),
        ({"name": "x", "scope": "figures", "days": "367"}, "days"),
        ({"name": "x", "scope": "figures", "days": "²"}, "days"),
        ({"name": "x", "scope": "figures", "days": "9" * 5000}, "days"),
        ({"name": "x", "scope": "figures", "days": "9"}, "password"),
        ({"name": "x", "scope": "figures", "days": "9", "password": "wrong horse battery"}, "password"),
    ],
)
async def test_a_token_that_will_not_do_is_not_made(site, sam, fields, place):
    answer = await sam.post("/account/tokens", csrf_token=await sam.token("/account/tokens"), **fields)
    text = await answer.text()
    assert answer.status == 400
    assert f'id="{place}-fault"' in text
    assert await site.sign_in.tokens.of_user("sam") == []


async def test_nobody_revokes_somebody_else_s_token(site, sam):
    made = await make_token(site.sign_in, "adam", "adam", name="x", scope={Right.CENTRE}, days=9)
    answer = await sam.post(
        "/account/tokens/revoke", token=made.token.id, csrf_token=await sam.token("/account/tokens")
    )
    assert answer.status == 404
    assert len(await site.sign_in.tokens.of_user("adam")) == 1


async def test_an_app_is_set_up_renewed_and_removed(site, sam):
    await sam.get("/account/authenticator")
    known = site.sign_in.second_steps.totps["sam"]
    app = pyotp.TOTP(site.sign_in.safe.open("sam", known.sealed))
    token = await sam.token("/account/authenticator")
    wrong = await sam.post("/account/authenticator", code=app.at(site.now), password="wrong", csrf_token=token)
    assert 'id="password-fault"' in await wrong.text()
    site.pass_time(minutes=1)
    right = await sam.post("/account/authenticator", code=app.at(site.now), password=PASSWORD, csrf_token=token)
    assert (await right.text()).count("<li><code>") == 8
    assert (await sam.get("/account/authenticator")).headers["Location"] == "/account"
    token = await sam.token("/account/authenticator/codes")
    refused = await sam.post("/account/authenticator/codes", password="wrong", csrf_token=token)
    assert (refused.status, "This is not your present password" in await refused.text()) == (400, True)
    again = await sam.post("/account/authenticator/codes", password=PASSWORD, csrf_token=token)
    assert (await again.text()).count("<li><code>") == 8
    off = await sam.post("/account/authenticator/off", password=PASSWORD, csrf_token=token)
    assert off.headers["Location"] == "/account?done=authenticator-off"
    assert (await sam.get("/account")).status == 200
    assert "sam" not in site.sign_in.second_steps.totps


async def test_an_agent_sees_what_is_kept_and_who_looked(site, browser):
    site.tallies.calls += [StoredCall(agent="ana")] * 7 + [StoredCall(agent="ana", outcome=Outcome.NO_KEY)] * 5
    site.tallies.calls += [StoredCall(agent="ben")] * 31
    site.pass_time(days=1)
    site.tallies.calls.append(StoredCall(agent="ana", ended_at=site.now))  # of today, so told tomorrow
    await site.sign_in.audit.note(AuditEvent.PERSON_VIEWED, "sam", "ana", page="/agents/ana")
    await site.sign_in.audit.note(AuditEvent.PERSON_VIEWED, "sam", "ben", page="/agents/ben")
    await browser.sign_in("ana")
    text = await (await browser.get("/account/data")).text()
    assert "<dt>Calls credited to you</dt><dd>12</dd>" in text
    assert "<dt>of them rated</dt><dd>7</dd>" in text
    assert "figures of a person looked at" in text
    assert "ben" not in text
    assert "signed in" in text


async def test_others_are_told_of_no_calls(browser):
    await browser.sign_in("vera")
    text = await (await browser.get("/account/data")).text()
    assert "What is kept about you" in text
    assert "Calls credited to you" not in text


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Safari/537.36 Edg/126",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Chrome/126", "Chrome"),
        ("curl/8", "another program"),
        (None, "another program"),
    ],
)
def test_browsers_are_called_by_their_names(told, name):
    assert browser_name(told, words_in("en", ZONE)) == name

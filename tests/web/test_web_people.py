"""People and the audit log over a real socket: what an administrator sees and does, and that it is noted."""

import pytest

from ivr.domain.access import Right, Role
from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.add_user import add_user
from ivr.usecases.make_token import find_token, make_token
from tests.web_site import PASSWORD, Browser


@pytest.fixture
async def adam(browser):
    """A browser in which the administrator is signed in."""
    await browser.sign_in("adam")
    return browser


async def act(adam, action: str, name: str = "sam", **fields):
    token = await adam.token(f"/people/{name}")
    return await adam.post(f"/people/{name}", action=action, csrf_token=token, **fields)


def last_entry(site):
    return site.sign_in.audit.log[-1]


async def test_everybody_is_listed_with_roles_teams_and_state(site, adam):
    text = await (await adam.get("/people")).text()
    for told in ("5 people may sign in", "supervisor", "blue, red", "administrator"):
        assert told in text
    stranger = Browser(adam.address)
    for _ in range(6):
        await stranger.sign_in("sam", "wrong password")
    await stranger.client.close()
    assert "has to wait 5 s" in await (await adam.get("/people")).text()
    found = await (await adam.get("/people?name=SA")).text()
    assert 'href="/people/sam"' in found
    assert 'href="/people/vera"' not in found
    assert "Nobody" in await (await adam.get("/people?name=zzz")).text()


async def test_a_long_list_has_pages(site, adam):
    for number in range(60):
        await add_user(site.sign_in, f"user{number:02}", roles={Role.VIEWER}, password=PASSWORD)
    first, second = [await (await adam.get(f"/people?page={page}")).text() for page in (1, 2)]
    assert first.count('<th scope="row">') == 50
    assert second.count('<th scope="row">') == 15
    for page in ("0", "3", "x", "9" * 30, "²"):
        assert (await adam.get(f"/people?page={page}")).status == 404


async def test_somebody_is_added_with_a_password_that_is_shown_once(site, adam):
    token = await adam.token("/add-person")
    answer = await adam.post("/add-person", name="Nina", role="supervisor", teams="green, blue,", csrf_token=token)
    text = await answer.text()
    password = text.split('id="one-time-password">')[1].split("<")[0]
    added = last_entry(site)
    assert (added.who, added.event, added.subject) == ("adam", AuditEvent.USER_ADDED, "nina")
    nina = Browser(adam.address)
    assert (await nina.sign_in("nina", password)).status == 303
    await nina.client.close()
    account = await site.sign_in.accounts.find_account("nina", site.now)
    assert account.user.leads == {"green", "blue"}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": "", "role": "viewer"}, "name"),
        ({"name": "sam", "role": "viewer"}, "name"),
        ({"name": "white space", "role": "viewer"}, "name"),
        ({"name": "nina"}, "role"),
        ({"name": "nina", "role": "emperor"}, "role"),
        ({"name": "nina", "role": "agent"}, "person"),
        ({"name": "nina", "role": "viewer", "teams": "blue"}, "teams"),
    ],
)
async def test_somebody_who_will_not_do_is_not_added_and_the_form_keeps_what_was_typed(site, adam, fields, place):
    answer = await adam.post("/add-person", csrf_token=await adam.token("/add-person"), **fields)
    text = await answer.text()
    assert answer.status == 400
    assert f'id="{place}-fault"' in text
    assert f'value="{fields["name"]}"' in text
    assert "nina" not in site.sign_in.accounts.users_by_name


async def test_roles_are_changed_and_the_user_signs_in_anew(site, adam):
    sam = Browser(adam.address)
    await sam.sign_in("sam")
    answer = await act(adam, "roles", role="ops")
    assert answer.headers["Location"] == "/people/sam?done=roles"
    assert last_entry(site).event == AuditEvent.ROLES_CHANGED
    assert (await sam.get("/account")).status == 303
    await sam.sign_in("sam")
    assert (await sam.get("/system")).status == 200
    assert (await sam.get("/team")).status == 403
    refused = await act(adam, "roles")
    assert 'id="role-fault"' in await refused.text()
    await sam.client.close()


async def test_teams_are_led_from_now_on_and_no_longer(site, adam):
    assert (await act(adam, "lead", team="green")).status == 303
    account = await site.sign_in.accounts.find_account("sam", site.now)
    assert account.user.leads == {"blue", "red", "green"}
    site.pass_time(minutes=1)
    assert (await act(adam, "stop-leading", team="blue")).status == 303
    account = await site.sign_in.accounts.find_account("sam", site.now)
    assert account.user.leads == {"red", "green"}
    assert 'id="team-fault"' in await (await act(adam, "stop-leading", team="purple")).text()
    assert 'id="team-fault"' in await (await act(adam, "lead", team=" ")).text()
    assert "is no supervisor" in await (await act(adam, "lead", "vera", team="blue")).text()


async def test_a_disabled_user_is_out_and_comes_back(site, adam):
    sam = Browser(adam.address)
    await sam.sign_in("sam")
    assert (await act(adam, "disable")).status == 303
    assert last_entry(site).event == AuditEvent.USER_DISABLED
    assert (await sam.get("/account")).status == 303
    assert (await sam.sign_in("sam")).status == 403
    assert "disabled" in await (await adam.get("/people")).text()
    await act(adam, "enable")
    assert (await sam.sign_in("sam")).status == 303
    await sam.client.close()


async def test_sessions_are_ended_waits_lifted_and_passwords_made(site, adam):
    sam = Browser(adam.address)
    await sam.sign_in("sam")
    await act(adam, "end-sessions")
    assert (await sam.get("/account")).status == 303
    for _ in range(6):
        await sam.sign_in("sam", "wrong password")
    assert (await sam.sign_in("sam")).status == 429
    await act(adam, "unlock")
    assert (await sam.sign_in("sam")).status == 303
    script = await make_token(site.sign_in, "sam", "sam", name="nightly", scope={Right.CENTRE}, days=9)
    made = await (await act(adam, "reset-password")).text()
    assert await find_token(site.sign_in, script.secret) is None
    password = made.split('id="one-time-password">')[1].split("<")[0]
    assert (await sam.get("/account")).status == 303
    assert (await sam.sign_in("sam")).status == 403
    assert (await sam.sign_in("sam", password)).status == 303
    await sam.client.close()


async def test_an_administrator_does_not_shut_the_door_behind_oneself(site, adam):
    assert "cannot disable your own" in await (await act(adam, "disable", "adam")).text()
    assert "from yourself" in await (await act(adam, "roles", "adam", role="viewer")).text()
    assert (await adam.get("/people")).status == 200


async def test_tokens_of_others_are_revoked(site, adam):
    made = await make_token(site.sign_in, "sam", "sam", name="nightly", scope={Right.CENTRE}, days=9)
    assert "nightly" in await (await adam.get("/people/sam")).text()
    assert (await act(adam, "revoke", token=made.token.id)).status == 303
    assert await site.sign_in.tokens.of_user("sam") == []
    assert (await act(adam, "revoke", token=made.token.id)).status == 404


async def test_what_nobody_knows_is_not_done(adam):
    assert (await act(adam, "promote")).status == 400
    assert (await act(adam, "reset-authenticator")).status == 400
    for name in ("nobody", "%00", "a%0Ab", "sam%2F.."):
        assert (await adam.get(f"/people/{name}")).status == 404


async def test_the_log_is_read_by_page_and_filter(site, adam):
    for number in range(60):
        await site.sign_in.audit.note(AuditEvent.EXPORTED, "olga", f"agent{number}", rows=number)
    text = await (await adam.get("/audit")).text()
    assert text.count('<th scope="row">') == 50
    assert "figures exported" in text
    older = text.split('href="/audit?before=')[1].split('"')[0]
    rest = await (await adam.get(f"/audit?before={older}")).text()
    assert "signed in" in rest
    assert "Newest entries" in rest
    only = await (await adam.get("/audit?event=signed_in&who=adam")).text()
    assert only.count('<th scope="row">') == 1
    assert "<td>figures exported</td>" not in only
    assert (await (await adam.get("/audit?subject=agent7")).text()).count('<th scope="row">') == 1
    day = site.now.date()
    assert (await (await adam.get(f"/audit?from={day}&to={day}")).text()).count('<th scope="row">') == 50
    assert "No entry fits" in await (await adam.get("/audit?to=2001-01-01")).text()


@pytest.mark.parametrize(
    "query",
    [
        "event=party",
        "before=x",
        "before=-1",
        "from=yesterday",
        "to=9999-12-31",
        "from=0001-01-01",
        "colour=blue",
        "who=%00",
    ],
)
async def test_a_bad_question_to_the_log_is_told_in_one_sentence(adam, query):
    answer = await adam.get(f"/audit?{query}")
    assert answer.status == 400
    assert "This cannot be answered" in await answer.text()


async def test_the_chain_is_checked_and_a_change_is_told(site, adam):
    whole = await (await adam.get("/audit?check=yes")).text()
    assert f"The log is whole: {len(site.sign_in.audit.log)} entries" in whole
    await site.sign_in.audit.note(AuditEvent.EXPORTED, "olga", "ana")
    log = site.sign_in.audit.log
    changed = type(log[0])(**{name: getattr(log[0], name) for name in log[0].__slots__} | {"who": "somebody else"})
    log[0] = changed
    broken = await (await adam.get("/audit?check=yes")).text()
    assert "The log was tampered with: entry 1 is changed" in broken

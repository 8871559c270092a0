"""The gate: signing in and out, throttling, forms, sessions, roles and headers, over a real socket."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from ivr.domain.outcomes import Outcome
from ivr.usecases.sign_in import hash_token
from ivr.web.app import create_app
from ivr.web.sessions import OPEN_ROUTES
from tests.memory_ports import StoredCall
from tests.web_site import CSRF, PASSWORD, Browser


async def test_a_right_password_opens_a_session_under_a_new_token(site, browser):
    assert (await browser.get("/")).headers["Location"] == "/sign-in"
    answer = await browser.sign_in("  Sam ")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    token = browser.cookie("ivr_session")
    assert token not in site.accounts.sessions
    assert site.accounts.sessions[hash_token(token)].user.name == "sam"
    header = answer.headers.getall("Set-Cookie")[0]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header
    assert (await browser.get("/")).status == 200
    assert (await browser.get("/sign-in")).headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("sam", "wrong password"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(site, browser, name, password):
    answer = await browser.sign_in(name, password)
    assert answer.status == 403
    assert "The name and the password do not belong together." in await answer.text()
    assert not site.accounts.sessions
    assert (await browser.get("/")).status == 303


async def test_a_password_of_any_length_is_no_fault(browser):
    assert (await browser.sign_in("sam", "x" * 5000)).status == 403
    assert (await browser.sign_in("sam", "x" * 100_000)).status == 413


async def test_failures_have_to_wait_longer_and_longer(site, browser):
    for _ in range(5):
        assert (await browser.sign_in("sam", "wrong password")).status == 403
    answer = await browser.sign_in("sam")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
    assert (await browser.sign_in("olga")).status == 303  # another name does not suffer
    await browser.post("/sign-out", csrf_token=await browser.token("/"))
    site.pass_time(seconds=6)
    assert (await browser.sign_in("sam", "wrong password")).status == 403
    assert (await browser.sign_in("sam")).headers["Retry-After"] == "10"
    site.pass_time(seconds=11)
    assert (await browser.sign_in("sam")).status == 303


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "0" * 64}])
async def test_a_sign_in_from_elsewhere_is_refused(site, browser, token):
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", name="sam", password=PASSWORD, **token)
    assert answer.status == 403
    assert not site.accounts.sessions


async def test_a_token_does_not_fit_another_browsers_cookie(browser):
    other = Browser(browser.address)
    stolen = await other.token("/sign-in")
    await other.client.close()
    await browser.get("/sign-in")
    assert (await browser.post("/sign-in", name="sam", password=PASSWORD, csrf_token=stolen)).status == 403


@pytest.mark.parametrize("token", [{}, {"csrf_token": "wrong"}])
async def test_a_form_without_its_sessions_token_is_refused(browser, token):
    await browser.sign_in("sam")
    assert (await browser.post("/sign-out", **token)).status == 403
    assert (await browser.get("/")).status == 200


async def test_signing_out_ends_the_session_everywhere(site, browser):
    await browser.sign_in("sam")
    stolen = browser.cookie("ivr_session")
    answer = await browser.post("/sign-out", csrf_token=await browser.token("/"))
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert browser.cookie("ivr_session") is None
    assert not site.accounts.sessions
    assert (await browser.get("/", headers={"Cookie": f"ivr_session={stolen}"})).status == 303


async def test_signing_in_again_ends_the_former_session(site, browser):
    form = await browser.token("/sign-in")
    nonce = browser.cookie("ivr_form")
    await browser.sign_in("sam")
    former = browser.cookie("ivr_session")
    await browser.client.post(
        browser.address + "/sign-in",
        data={"name": "olga", "password": PASSWORD, "csrf_token": form},
        headers={"Cookie": f"ivr_form={nonce}; ivr_session={former}"},
        allow_redirects=False,
    )
    assert [session.user.name for session in site.accounts.sessions.values()] == ["olga"]


async def test_a_session_ends_after_twelve_hours(site, browser):
    await browser.sign_in("sam")
    site.pass_time(hours=11, minutes=59)
    assert (await browser.get("/")).status == 200
    site.pass_time(minutes=1)
    assert (await browser.get("/")).status == 303


async def test_a_session_survives_a_restart_of_the_service(site, browser):
    await browser.sign_in("sam")
    token = browser.cookie("ivr_session")
    async with site.serve() as address:
        again = Browser(address)
        assert (await again.get("/", headers={"Cookie": f"ivr_session={token}"})).status == 200
        await again.client.close()


async def test_over_tls_the_cookies_are_bound_to_the_host(site):
    site.is_tls = True
    async with site.serve() as address:
        browser = Browser(address)
        page = await browser.get("/sign-in")
        await browser.client.close()
    header = page.headers.getall("Set-Cookie")[0]
    assert header.startswith("__Host-ivr_form=")
    assert "Secure" in header
    assert "Path=/" in header
    assert "Domain" not in header
    assert "max-age=" in page.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/healthz", "/metrics", "/static/ivr.css", "/nowhere", "/api/v1/kpi/agents", "/events"]
)
async def test_every_answer_carries_the_security_headers(browser, path):
    answer = await browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert "aiohttp" not in answer.headers["Server"]


async def test_every_route_is_closed_unless_it_is_listed(site, browser):
    app = create_app(
        accounts=site.accounts,
        passwords=site.passwords,
        agent_reports=site.report,
        changes=site.changes,
        readiness={},
        metrics_text=str,
        clock=lambda: site.now,
    )
    paths = {resource.canonical for resource in app.router.resources()}
    assert paths >= OPEN_ROUTES
    closed = paths - OPEN_ROUTES
    assert {"/", "/events", "/fragments/agents", "/api/v1/kpi/agents", "/sign-out"} <= closed
    for path in closed | {"/nowhere", "/static/../app.py"}:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = await browser.client.request(method, browser.address + path, allow_redirects=False)
            assert answer.status in (303, 401), (method, path)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("application/x-www-form-urlencoded; charset=klingon", b"name=sam"),
        ("application/json", b'{"name": "sam"}'),
        ("application/x-www-form-urlencoded", b"name=%00%ff&password=%00"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(browser, kind, body):
    answer = await browser.client.post(browser.address + "/sign-in", data=body, headers={"Content-Type": kind})
    assert answer.status in (400, 403)


async def test_a_name_with_control_characters_is_nobody(browser):
    assert (await browser.sign_in("sam\x00")).status == 403


async def test_a_guessed_session_is_none(browser):
    for token in ("", "x", "0" * 43, "é", "\udcff"):
        assert (await browser.get("/", headers={"Cookie": f"ivr_session={token}"})).status == 303


async def test_an_agent_sees_the_own_row_only(site, browser):
    site.tallies.calls += [StoredCall(agent="ana")] * 12 + [StoredCall(agent="ben", outcome=Outcome.NO_KEY)] * 31
    site.tallies.in_progress = 77
    await browser.sign_in("ana")
    for path in ("/", "/fragments/agents"):
        text = CSRF.sub("", await (await browser.get(path)).text())  # a random token may hold any letters
        assert "ana" in text
        for secret in ("ben", "77", "43", "31", "sequential-123"):
            assert secret not in text
    figures = await (await browser.get("/api/v1/kpi/agents")).json()
    assert [row["agent"] for row in figures["agents"]] == ["ana"]
    assert (figures["handled"], figures["in_progress"], figures["layouts"]) == (12, None, [])


@pytest.mark.parametrize("name", ["olga", "sam"])
async def test_operators_and_supervisors_see_everybody(site, browser, name):
    site.tallies.calls += [StoredCall(agent="ana")] * 12 + [StoredCall(agent="ben")] * 31
    await browser.sign_in(name)
    figures = await (await browser.get("/api/v1/kpi/agents")).json()
    assert [row["agent"] for row in figures["agents"]] == ["ana", "ben"]
    assert "ben" in await (await browser.get("/")).text()


async def test_passwords_are_argon2id(site):
    parameters = extract_parameters(site.accounts.users["sam"].password_hash)
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024

"""The gate: rights, tokens of forms, requests from other sites, too many requests, where one is led to, headers."""

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from ivr.domain.access import Right
from ivr.usecases.make_token import make_token
from ivr.web import app as application
from ivr.web import sitemap
from ivr.web.client_address import PROXIES, client_address
from ivr.web.own_paths import own_path, sign_in_path
from ivr.web.request_limits import MOST_KEPT, SIGNED_IN, Rate, RequestLimits
from ivr.web.routes import Route
from tests.memory_ports import NOON
from tests.web_site import CSRF, PASSWORD, Browser


@pytest.mark.parametrize("token", [{}, {"csrf_token": "wrong"}, {"csrf_token": "é"}])
async def test_a_form_without_its_sessions_token_is_refused(browser, token):
    await browser.sign_in("sam")
    answer = await browser.post("/sign-out", **token)
    assert answer.status == 403
    assert "This form is not from this session" in await answer.text()
    assert (await browser.get("/account")).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "OWN"}, 303),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, 403),
        ({}, 303),
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_the_token(browser, headers, status):
    await browser.sign_in("sam")
    token = await browser.token("/account")
    sent = {name: browser.address if value == "OWN" else value for name, value in headers.items()}
    answer = await browser.client.post(
        f"{browser.address}/account/sessions",
        data={"csrf_token": token, "session": "others", "password": PASSWORD},
        headers=sent,
        allow_redirects=False,
    )
    assert answer.status == status


async def test_the_language_of_a_reader_is_not_changed_from_another_site(browser):
    path = f"{browser.address}/language"
    forged = await browser.client.post(path, data={"language": "lt"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status == 403
    assert browser.cookie("ivr_language") is None


@pytest.mark.parametrize(
    ("back", "location"),
    [
        ("/sign-in?next=%2Fteam", "/sign-in?next=%2Fteam"),
        ("/account", "/account"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("", "/"),
    ],
)
async def test_a_language_is_chosen_before_the_sign_in_too(browser, back, location):
    answer = await browser.post("/language", language="lt", back=back)
    assert (answer.status, answer.headers["Location"]) == (303, location)
    assert 'lang="lt"' in await (await browser.get("/sign-in")).text()
    assert (await browser.post("/language", language="tlh")).status == 400


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/team", "/team"),
        ("/team?from=2026-01-01&queue=a%20b", "/team?from=2026-01-01&queue=a%20b"),
        ("//elsewhere.example/team", None),
        ("/\\elsewhere.example", None),
        ("\\/elsewhere.example", None),
        ("/team\\..", None),
        ("https://elsewhere.example/", None),
        ("javascript:alert(1)", None),
        ("/\t/elsewhere.example", None),
        ("/\n/elsewhere.example", None),
        ("/team\r\nSet-Cookie: a=b", None),
        ("/tëam", None),
        (" /team", None),
        ("team", None),
        ("/sign-in?next=/sign-in", None),
        ("/sign-out", None),
        ("/api/v1/kpi/agents", None),
        ("/events", None),
        ("/[", "/["),
        ("//[", None),
        ("/" + "a" * 3000, None),
        ("", None),
        (None, None),
    ],
)
def test_nobody_is_sent_on_to_another_site(text, path):
    assert own_path(text) == path
    assert sign_in_path(text).startswith("/sign-in")


async def test_after_the_sign_in_one_is_back_where_one_wanted_to_be(site, browser):
    asked = await browser.get("/account?done=password")
    assert asked.headers["Location"] == "/sign-in?next=/account?done%3Dpassword"
    page = await browser.get(asked.headers["Location"])
    text = await page.text()
    assert '<input type="hidden" name="next" value="/account?done=password">' in text
    answer = await browser.post(
        "/sign-in", name="sam", password=PASSWORD, csrf_token=CSRF.search(text)[1], next="/account?done=password"
    )
    assert answer.headers["Location"] == "/account?done=password"
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    evil = await browser.post(
        "/sign-in",
        name="sam",
        password=PASSWORD,
        csrf_token=await browser.token("/sign-in"),
        next="//elsewhere.example",
    )
    assert evil.headers["Location"] == "/"


async def test_a_form_of_an_ended_session_leads_back_to_its_page(site, browser):
    await browser.sign_in("sam")
    site.pass_time(hours=13)
    for referer, location in (
        (f"{browser.address}/account/password", "/sign-in?next=/account/password"),
        ("https://elsewhere.example/account", "/sign-in"),
        ("http://[", "/sign-in"),
    ):
        answer = await browser.client.post(
            f"{browser.address}/account/password", headers={"Referer": referer}, allow_redirects=False
        )
        assert (answer.status, answer.headers["Location"]) == (303, location)


async def test_a_missing_right_and_a_missing_thing_have_pages_of_their_own(browser):
    await browser.sign_in("vera")
    forbidden = await browser.get("/people")
    missing = await browser.get("/nowhere")
    assert (forbidden.status, missing.status) == (403, 404)
    assert "Your sign-in does not include this page." in await forbidden.text()
    assert "There is nothing at this address" in await missing.text()
    for each in (forbidden, missing):
        assert "To the first page" in await each.text()
        assert "/static/live.js" not in await each.text()


async def test_an_address_that_is_used_wrongly_says_so(browser):
    await browser.sign_in("sam")
    token = await browser.token("/account")
    answer = await browser.post("/account", csrf_token=token)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET,HEAD"
    assert "cannot be used in this way" in await answer.text()
    large = await browser.post("/account/password", csrf_token=token, old="x" * 100_000)
    assert large.status == 413
    assert "too large" in await large.text()


async def bearer(site, browser, *rights: Right, user: str = "sam") -> dict[str, str]:
    made = await make_token(site.sign_in, user, user, name="script", scope=rights, days=1)
    return {"Authorization": f"Bearer {made.secret}"}


async def test_a_script_comes_in_with_a_token_and_needs_no_form(site, browser):
    headers = await bearer(site, browser, Right.FIGURES, Right.REFIT)
    answer = await browser.get("/api/v1/kpi/agents", headers=headers)
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    fit = await browser.client.post(f"{browser.address}/api/v1/kpi/fit", headers=headers)
    assert fit.status == 202
    site.pass_time(days=2)
    over = await browser.get("/api/v1/kpi/agents", headers=headers)
    assert (over.status, over.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ivr"')
    assert await over.json() == {"error": "Sign in first."}


async def test_a_token_opens_the_api_alone_and_no_more_than_its_scope(site, browser):
    headers = await bearer(site, browser, Right.CENTRE)
    assert (await browser.get("/api/v1/kpi/layouts", headers=headers)).status == 200
    assert (await browser.get("/api/v1/kpi/agents", headers=headers)).status == 403
    for page in ("/account", "/team", "/events", "/"):
        assert (await browser.get(page, headers=headers)).status in (303, 401)
    secret = headers["Authorization"].removeprefix("Bearer ")
    for refused in (
        {"Authorization": f"Basic {secret}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {secret}x"},
        {"Authorization": "Bearer \udcff"},
        {},
    ):
        assert (await browser.get("/api/v1/kpi/layouts", headers=refused)).status == 401
    assert (await browser.get(f"/api/v1/kpi/layouts?token={secret}")).status == 401


async def test_a_wrong_token_is_not_mended_by_a_session(browser):
    await browser.sign_in("sam")
    assert (await browser.get("/api/v1/kpi/agents")).status == 200
    assert (await browser.get("/api/v1/kpi/agents", headers={"Authorization": "Bearer ivr_no"})).status == 401


async def test_a_browser_s_script_sends_the_form_s_token_in_a_header(site, browser):
    await browser.sign_in("sam")
    path = f"{browser.address}/api/v1/kpi/fit"
    assert (await browser.client.post(path)).status == 403
    token = await browser.token("/account")
    assert (await browser.client.post(path, headers={"X-CSRF-Token": token})).status == 202


async def test_too_many_requests_have_to_wait(site, browser):
    await browser.sign_in("sam")
    for _ in range(int(SIGNED_IN.brim)):
        assert (await browser.get("/account/password")).status == 200
    page, api = await browser.get("/account/password"), await browser.get("/api/v1/openapi.json")
    assert (page.status, page.headers["Retry-After"]) == (429, "1")
    assert "Too many requests from here" in await page.text()
    assert (api.status, api.headers["Retry-After"]) == (429, "1")
    assert "error" in await api.json()
    other = Browser(browser.address)
    assert (await other.sign_in("adam")).status == 303
    await other.client.close()
    assert (await browser.get("/static/ivr.css")).status == 200
    assert (await browser.get("/healthz")).status == 200
    site.pass_time(seconds=1)
    assert (await browser.get("/account/password")).status == 200


def test_a_bucket_fills_at_its_rate_and_memory_is_bounded():
    limits, rate = RequestLimits(), Rate(brim=2, per_second=0.5)
    assert [limits.wait_seconds("a", rate, NOON) for _ in range(3)] == [0, 0, 2]
    assert limits.wait_seconds("b", rate, NOON) == 0
    for number in range(MOST_KEPT):
        limits.wait_seconds(str(number), rate, NOON)
    assert limits.wait_seconds("a", rate, NOON) == 0  # forgotten, so it starts anew
    assert len(limits._buckets) == MOST_KEPT


@pytest.mark.parametrize(
    ("remote", "told", "address"),
    [
        ("10.0.0.1", [], "10.0.0.1"),
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["192.0.2.1, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["192.0.2.1", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        (None, ["198.51.100.7"], None),
    ],
)
def test_an_address_is_believed_as_far_as_our_own_proxies_tell_it(remote, told, address):
    app = web.Application()
    app[PROXIES] = [ip_network("10.0.0.0/8")]
    headers = [("X-Forwarded-For", each) for each in told]
    request = make_mocked_request("GET", "/", headers=headers, app=app).clone(remote=remote or "")
    if remote is None:
        request._remote = None  # type: ignore[attr-defined]
        assert client_address(request) in {None, ""}
    else:
        assert client_address(request) == address


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/healthz", "/metrics", "/static/ivr.css", "/nowhere", "/api/v1/kpi/agents", "/events"],
)
async def test_every_answer_carries_the_security_headers(browser, path):
    answer = await browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "media-src 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "microphone=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert "aiohttp" not in answer.headers["Server"]


async def test_a_route_that_declares_no_right_and_one_that_nobody_declared_are_closed(site, monkeypatch):
    async def secret(request: web.Request) -> web.Response:
        return web.Response(text="the secret")

    monkeypatch.setattr(sitemap, "SITEMAP", (*sitemap.SITEMAP, Route("GET", "/bare", secret)))
    add_routes = sitemap.add_routes

    def and_one_more(app: web.Application) -> None:
        add_routes(app)
        app.router.add_get("/undeclared/{name:.+}", secret)

    monkeypatch.setattr(application, "add_routes", and_one_more)
    async with site.serve() as address:
        browser = Browser(address)
        for path, status in (("/bare", 403), ("/undeclared/x", 404)):
            assert (await browser.get(path)).status == 303
            await browser.sign_in("adam")
            assert (await browser.get(path)).status == status
            await browser.post("/sign-out", csrf_token=await browser.token("/account"))
        await browser.client.close()


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/account",
        "/healthz",
        "/metrics",
        "/static/ivr.css",
        "/static/live.js",
        "/static/icon.svg",
        "/nowhere",
    ],
)
async def test_every_text_says_that_it_is_utf_8(browser, path):
    await browser.sign_in("sam")
    assert (await browser.get(path)).headers["Content-Type"].endswith("charset=utf-8")

"""Signing in and out over a real socket: passwords, waits, second step, sessions, cookies, headers."""

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from ivr.usecases.second_step import confirm_totp, pending_totp
from ivr.usecases.sign_in import hash_token
from ivr.usecases.sign_in_ports import SignInRules
from tests.memory_sign_in import memory_sign_in
from tests.web_site import CSRF, PASSWORD, Browser, Site


async def has_app(site: Site, name: str) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Set an authenticator app up for ``name``; return what makes its codes, and the recovery codes."""
    browser_session = next(each for each in site.open_sessions.values() if each.user.name == name)
    new = await pending_totp(site.sign_in, browser_session)
    app = pyotp.TOTP(new.secret)
    confirmed = await confirm_totp(site.sign_in, browser_session, app.at(site.now), PASSWORD)
    site.pass_time(minutes=1)
    return app, tuple(confirmed.recovery.codes)


async def test_a_right_password_opens_a_session_under_a_new_token(site, browser):
    assert (await browser.get("/")).headers["Location"] == "/sign-in"
    answer = await browser.sign_in("  Sam ")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    token = browser.cookie("ivr_session")
    assert token not in site.open_sessions
    assert site.open_sessions[hash_token(token)].user.name == "sam"
    header = answer.headers.getall("Set-Cookie")[0]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" not in header
    assert (await browser.get("/")).headers["Location"] == "/team"
    assert (await browser.get("/sign-in")).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "home"), [("vera", "/team"), ("ana", "/me"), ("sam", "/team"), ("otto", "/layouts"), ("adam", "/team")]
)
async def test_home_is_where_the_role_begins(browser, name, home):
    await browser.sign_in(name)
    assert (await browser.get("/")).headers["Location"] == home


@pytest.mark.parametrize(("name", "password"), [("sam", "wrong password"), ("nobody", PASSWORD), ("", "")])
async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(site, browser, name, password):
    answer = await browser.sign_in(name, password)
    assert answer.status == 403
    text = await answer.text()
    assert "The name and the password do not belong together." in text
    assert f'name="name" type="text" autocomplete="username" value="{name}"' in text
    assert password == "" or password not in text
    assert not site.open_sessions
    assert (await browser.get("/")).status == 303


async def test_what_was_typed_is_shown_again_and_never_run(browser):
    text = await (await browser.sign_in('"><script>alert(1)</script>', "x")).text()
    assert "<script>alert" not in text
    assert "&#34;&gt;&lt;script&gt;" in text


async def test_a_password_of_any_length_is_no_fault(browser):
    assert (await browser.sign_in("sam", "x" * 5000)).status == 403
    assert (await browser.sign_in("sam", "x" * 100_000)).status == 413


async def test_failures_have_to_wait_longer_and_longer(site, browser):
    for _ in range(5):
        assert (await browser.sign_in("sam", "wrong password")).status == 403
    answer = await browser.sign_in("sam")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
    assert "Too many failed tries. Please wait 5 s, then try again." in await answer.text()
    assert (await browser.sign_in("adam")).status == 303  # another name does not suffer
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    site.pass_time(seconds=6)
    assert (await browser.sign_in("sam", "wrong password")).status == 403
    assert (await browser.sign_in("sam")).headers["Retry-After"] == "10"
    site.pass_time(seconds=11)
    assert (await browser.sign_in("sam")).status == 303


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "é"}])
async def test_a_sign_in_from_elsewhere_is_refused(site, browser, token):
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", name="sam", password=PASSWORD, **token)
    assert answer.status == 403
    assert not site.open_sessions


async def test_a_token_does_not_fit_another_browsers_cookie(browser):
    other = Browser(browser.address)
    stolen = await other.token("/sign-in")
    await other.client.close()
    await browser.get("/sign-in")
    assert (await browser.post("/sign-in", name="sam", password=PASSWORD, csrf_token=stolen)).status == 403


async def test_signing_out_ends_the_session_everywhere(site, browser):
    await browser.sign_in("sam")
    stolen = browser.cookie("ivr_session")
    answer = await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookie("ivr_session") is None
    assert not site.open_sessions
    assert (await browser.get("/account", headers={"Cookie": f"ivr_session={stolen}"})).status == 303


async def test_signing_in_again_ends_the_former_session(site, browser):
    form = await browser.token("/sign-in")
    nonce = browser.cookie("ivr_form")
    await browser.sign_in("sam")
    former = browser.cookie("ivr_session")
    await browser.client.post(
        browser.address + "/sign-in",
        data={"name": "adam", "password": PASSWORD, "csrf_token": form},
        headers={"Cookie": f"ivr_form={nonce}; ivr_session={former}"},
        allow_redirects=False,
    )
    assert [session.user.name for session in site.open_sessions.values()] == ["adam"]


async def test_a_session_ends_after_twelve_hours_of_work(site, browser):
    await browser.sign_in("sam")
    for _ in range(24):
        site.pass_time(minutes=29)
        assert (await browser.get("/account")).status == 200
    site.pass_time(minutes=24)
    assert (await browser.get("/account")).headers["Location"] == "/sign-in?next=/account"


async def test_a_page_that_updates_itself_does_not_keep_its_reader_signed_in(site, browser):
    await browser.sign_in("sam")
    opened = site.now
    site.pass_time(minutes=20)
    assert (await browser.get("/account", headers={"X-Ivr-Live": "1"})).status == 200
    (session,) = site.open_sessions.values()
    assert session.seen_at == opened
    assert (await browser.get("/account")).status == 200
    (session,) = site.open_sessions.values()
    assert session.seen_at == site.now


async def test_a_session_survives_a_restart_of_the_service(site, browser):
    await browser.sign_in("sam")
    token = browser.cookie("ivr_session")
    async with site.serve() as address:
        again = Browser(address)
        assert (await again.get("/account", headers={"Cookie": f"ivr_session={token}"})).status == 200
        await again.client.close()


async def test_over_tls_the_cookies_are_bound_to_the_host(site):
    site.is_tls = True
    async with site.serve() as address:
        browser = Browser(address)
        page = await browser.get("/sign-in")
        language = await browser.post("/language", language="lt", back="/sign-in")
        await browser.client.close()
    header = page.headers.getall("Set-Cookie")[0]
    assert header.startswith("__Host-ivr_form=")
    assert "Secure" in header
    assert "SameSite=Strict" in header
    assert "Path=/" in header
    assert "Domain" not in header
    assert "max-age=63072000; includeSubDomains" in page.headers["Strict-Transport-Security"]
    assert language.headers["Set-Cookie"].startswith("__Host-ivr_language=lt")


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
        assert (await browser.get("/account", headers={"Cookie": f"ivr_session={token}"})).status == 303


async def test_passwords_are_argon2id(site):
    parameters = extract_parameters(site.sign_in.accounts.users_by_name["sam"].password_hash)
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024


async def test_the_second_step_asks_for_a_code_before_anything_opens(site, browser):
    await browser.sign_in("sam")
    app, _ = await has_app(site, "sam")
    assert (await browser.get("/account")).status == 303  # every former session has ended
    first = await browser.sign_in("sam")
    assert first.headers["Location"] == "/sign-in/code"
    assert (await browser.get("/account?x=1")).headers["Location"] == "/sign-in/code?next=/account?x%3D1"
    assert (await browser.get("/api/v1/openapi.json")).status == 401
    token, before = await browser.token("/sign-in/code?next=/account"), browser.cookie("ivr_session")
    wrong = await browser.post("/sign-in/code", code="000000", csrf_token=token, next="/account")
    assert wrong.status == 403
    text = await wrong.text()
    assert "This code is wrong" in text
    assert 'aria-describedby="code-hint code-fault"' in text
    right = await browser.post("/sign-in/code", code=app.at(site.now), csrf_token=token, next="/account")
    assert (right.status, right.headers["Location"]) == (303, "/account")
    assert browser.cookie("ivr_session") != before
    assert (await browser.get("/account")).status == 200
    assert (await browser.get("/sign-in/code")).headers["Location"] == "/"


async def test_a_code_works_once_and_wrong_ones_have_to_wait(site, browser):
    await browser.sign_in("sam")
    app, _ = await has_app(site, "sam")
    code = app.at(site.now)
    await browser.sign_in("sam")
    await browser.post("/sign-in/code", code=code, csrf_token=await browser.token("/sign-in/code"))
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    await browser.sign_in("sam")
    token = await browser.token("/sign-in/code")
    assert (await browser.post("/sign-in/code", code=code, csrf_token=token)).status == 403
    for _ in range(4):
        assert (await browser.post("/sign-in/code", code="000000", csrf_token=token)).status == 403
    waiting = await browser.post("/sign-in/code", code=app.at(site.now), csrf_token=token)
    assert (waiting.status, waiting.headers["Retry-After"]) == (429, "5")
    assert "Too many failed tries. Please wait 5 s, then try again." in await waiting.text()


async def test_a_recovery_code_opens_once(site, browser):
    await browser.sign_in("sam")
    _, codes = await has_app(site, "sam")
    await browser.sign_in("sam")
    token = await browser.token("/sign-in/code")
    assert (await browser.post("/sign-in/code", code=codes[0], csrf_token=token)).status == 303
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    await browser.sign_in("sam")
    again = await browser.post("/sign-in/code", code=codes[0], csrf_token=await browser.token("/sign-in/code"))
    assert again.status == 403


async def test_a_role_that_needs_an_app_sets_it_up_before_anything_opens():
    site = Site()
    rules = SignInRules(totp_roles=frozenset({Role.ADMIN}))
    site.sign_in = memory_sign_in(lambda: site.now, rules=rules)
    await site.add_users()
    async with site.serve() as address:
        browser = Browser(address)
        answer = await browser.sign_in("adam")
        assert answer.headers["Location"] == "/account/authenticator"
        for path in ("/", "/account", "/people", "/account/tokens"):
            assert (await browser.get(path)).headers["Location"].startswith("/account/authenticator")
        page = await (await browser.get("/account/authenticator?next=/audit")).text()
        assert "Your role needs a second step" in page
        assert 'class="qr"' in page
        assert "/people" not in page
        known = site.sign_in.second_steps.totps["adam"]
        app = pyotp.TOTP(site.sign_in.safe.open("adam", known.sealed))
        done = await browser.post(
            "/account/authenticator", code=app.at(site.now), csrf_token=CSRF.search(page)[1], next="/audit"
        )
        text = await done.text()
        assert done.status == 200
        assert 'href="/audit"' in text
        assert text.count("<li><code>") == 8
        assert (await browser.get("/audit")).status == 200
        await browser.client.close()


async def test_a_password_that_was_made_for_somebody_is_told_and_then_expires(site, browser):
    added = await add_user(site.sign_in, "nina", roles={Role.VIEWER})
    await browser.sign_in("nina", added.generated_password)
    assert "Your password was made for you" in await (await browser.get("/account")).text()
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    site.pass_time(days=8)
    late = await browser.sign_in("nina", added.generated_password)
    assert late.headers["Location"] == "/account/password"
    assert (await browser.get("/team")).headers["Location"] == "/account/password?next=/team"
    chosen = "four plain words again"
    changed = await browser.post(
        "/account/password",
        old=added.generated_password,
        new=chosen,
        again=chosen,
        csrf_token=await browser.token("/account/password"),
        next="/account",
    )
    assert (changed.status, changed.headers["Location"]) == (303, "/account")
    assert "Your password was made for you" not in await (await browser.get("/account")).text()

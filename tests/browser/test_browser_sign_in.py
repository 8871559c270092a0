"""Signing in, in a real Chromium: faults beside their field, waits, the second step, and the way back to a page."""

import pyotp
import pytest
from playwright.async_api import expect

from ivr.usecases.accounts import Role
from ivr.usecases.sign_in_ports import SignInRules
from tests.browser.looking import complaints_of, looked_at, no_violations, sign_in
from tests.memory_sign_in import memory_sign_in
from tests.web_site import PASSWORD, PASSWORDS, Site


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    return made


async def test_a_wrong_password_is_told_beside_its_field(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints = complaints_of(page)
        await page.goto(address)
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await expect(page.get_by_label("Name")).to_be_focused()
        await looked_at(page, shots, "sign-in", "nobody")
        # By keyboard alone.
        await page.keyboard.type("sam")
        await page.keyboard.press("Tab")
        await page.keyboard.type("not the password")
        await page.keyboard.press("Enter")
        field = page.get_by_label("Password")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_be_focused()
        await expect(field).to_have_accessible_description("The name and the password do not belong together.")
        await expect(page.get_by_label("Name")).to_have_value("sam")
        await expect(field).to_have_value("")
        await looked_at(page, shots, "sign-in-refused", "nobody")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        assert [each for each in complaints if "403" not in each] == []


async def test_too_many_failures_are_told_in_plain_words(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(address)
        for _ in range(6):
            await page.get_by_label("Name").fill("sam")
            await page.get_by_label("Password").fill("not the password")
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("Password")).to_have_accessible_description(
            "Too many failed tries. Please wait 5 s, then try again."
        )
        await looked_at(page, shots, "sign-in-wait", "nobody")
        site.pass_time(seconds=5)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def test_the_second_step_is_set_up_and_asked_for(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints = complaints_of(page)
        await sign_in(page, address, "sam", path="/account")
        await page.get_by_role("link", name="Set up an authenticator app").click()
        await expect(page.get_by_role("img", name="QR code")).to_be_visible()
        secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
        app = pyotp.TOTP(secret)
        await looked_at(page, shots, "authenticator", "supervisor")
        await page.get_by_label("Enter the code").fill("000000")
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Set up").click()
        await expect(page.get_by_label("Enter the code")).to_have_attribute("aria-invalid", "true")
        assert (await page.locator("code.secret").inner_text()).replace(" ", "") == secret
        await page.get_by_label("Enter the code").fill(app.at(site.now))
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Set up").click()
        await expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        codes = await page.locator(".codes code").all_inner_texts()
        assert len(set(codes)) == 8
        await looked_at(page, shots, "recovery-codes", "supervisor")
        await page.get_by_role("link", name="I have kept them").click()
        await expect(page.get_by_text("8 recovery codes are left")).to_be_visible()
        await page.get_by_role("button", name="Sign out", exact=True).click()

        site.pass_time(minutes=1)
        await page.get_by_label("Name").fill("sam")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_label("Code")).to_be_focused()
        await looked_at(page, shots, "sign-in-code", "supervisor")
        await page.get_by_label("Code").fill("000000")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_text("This code is wrong, too old or already used.")).to_be_visible()
        await page.get_by_label("Code").fill(codes[0])
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
        await page.goto(f"{address}/account")
        await expect(page.get_by_text("7 recovery codes are left")).to_be_visible()
        assert [each for each in complaints if "40" not in each] == []


async def test_a_role_that_needs_an_app_can_do_nothing_before(chromium, shots):
    site = Site()
    rules = SignInRules(totp_roles=frozenset({Role.ADMIN}))
    site.sign_in = memory_sign_in(lambda: site.now, passwords=PASSWORDS, rules=rules)
    await site.add_users()
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        await sign_in(page, address, "adam", path="/audit")
        await expect(page.get_by_text("Your role needs a second step")).to_be_visible()
        await looked_at(page, shots, "authenticator-forced", "admin")
        await page.goto(f"{address}/people")
        await expect(page.get_by_text("Your role needs a second step")).to_be_visible()
        app = pyotp.TOTP((await page.locator("code.secret").inner_text()).replace(" ", ""))
        await page.get_by_label("Enter the code").fill(app.at(site.now))
        await page.get_by_role("button", name="Set up").click()
        await page.get_by_role("link", name="I have kept them").click()
        await expect(page).to_have_url(f"{address}/people")
        await expect(page.get_by_role("heading", name="People")).to_be_visible()


async def test_a_form_on_another_site_changes_nothing(site, chromium):
    async with site.serve() as address:
        page = await chromium.new_page()
        await sign_in(page, address, "sam", path="/account")
        (session,) = site.open_sessions
        forged = f"""<form method="post" action="{address}/sign-out"><button>Win</button></form>
            <form method="post" action="{address}/account/tokens"><input name="name" value="x">
            <input name="scope" value="figures"><input name="days" value="9"><button>Prize</button></form>"""
        for button in ("Win", "Prize"):
            await page.goto("data:text/html," + forged.replace("\n", " "))
            async with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
                await page.get_by_role("button", name=button).click()
            assert (await answer.value).status == 403
        assert list(site.open_sessions) == [session]
        assert await site.sign_in.tokens.of_user("sam") == []
        # From a page of this very site, but without the token.
        await page.goto(f"{address}/account")
        status = await page.evaluate("async () => (await fetch('/sign-out', {method: 'POST'})).status")
        assert status == 403
        assert list(site.open_sessions) == [session]


async def test_an_ended_session_leads_back_to_its_page(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page()
        await sign_in(page, address, "sam", path="/account/tokens")
        await expect(page).to_have_url(f"{address}/account/tokens")
        site.open_sessions.clear()
        await page.get_by_role("link", name="Team").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await page.get_by_label("Name").fill("sam")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{address}/team")


async def test_a_live_page_whose_session_ends_leads_to_the_sign_in_and_back(site, chromium):
    async with site.serve() as address:
        page = await chromium.new_page()
        await sign_in(page, address, "sam", path="/team?queue=sales")
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
        site.open_sessions.clear()
        await site.changes.announce()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await page.get_by_label("Name").fill("sam")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{address}/team?queue=sales")


async def test_a_missing_right_and_a_missing_page_say_so(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        await sign_in(page, address, "ana", path="/people")
        await expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
        await looked_at(page, shots, "403", "agent")
        await page.goto(f"{address}/nowhere")
        await expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        await looked_at(page, shots, "404", "agent")
        await page.get_by_role("link", name="To the first page").click()
        await expect(page).to_have_url(f"{address}/me")


async def test_the_language_is_chosen_at_the_foot_before_and_after_the_sign_in(site, chromium):
    async with site.serve() as address:
        page = await chromium.new_page()
        await page.goto(f"{address}/account")
        await page.get_by_role("button", name="Lietuvių").click()
        await expect(page.locator("html")).to_have_attribute("lang", "lt")
        await expect(page).to_have_url(f"{address}/sign-in?next=/account")
        await page.locator("#name").fill("sam")
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{address}/account")
        await expect(page.locator("html")).to_have_attribute("lang", "lt")
        await no_violations(page)
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Your account")).to_be_visible()

"""The account, people and audit pages in a real Chromium, by keyboard and at every look."""

import pytest
from playwright.async_api import Page, expect

from ivr.domain.audit_chain import AuditEvent
from tests.browser.looking import complaints_of, looked_at, sign_in
from tests.memory_ports import StoredCall
from tests.web_site import PASSWORD, Site


@pytest.fixture
async def site() -> Site:
    """With calls of ana, and a log that tells of her."""
    made = Site()
    await made.add_users()
    made.tallies.calls += [StoredCall(agent="ana")] * 12
    made.sign_in.accounts.teams += ["blue", "green", "red"]
    await made.sign_in.audit.note(AuditEvent.PERSON_VIEWED, "sam", "ana", page="/agents/ana", found=12)
    made.pass_time(days=1)
    return made


async def tab_to(page: Page, name: str) -> None:
    """Go on with the Tab key until what is called ``name`` has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        told = await page.evaluate(
            "() => { const e = document.activeElement; return e.labels?.[0]?.innerText || e.ariaLabel || e.innerText }"
        )
        if (told or "").strip().startswith(name):
            return
    raise AssertionError(f"no way to {name} by the Tab key on {page.url}")


async def test_somebody_looks_after_the_own_account(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints = complaints_of(page)
        await sign_in(page, address, "ana", path="/account")
        await looked_at(page, shots, "account", "agent")

        await page.get_by_role("link", name="What is kept about you").click()
        await expect(page.get_by_text("figures of a person looked at")).to_be_visible()
        await looked_at(page, shots, "account-data", "agent")

        # The password, by keyboard alone.
        await page.goto(f"{address}/account")
        await tab_to(page, "Change the password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Present password")).to_be_focused()
        await page.keyboard.type("not the password")
        for text in ("four plain words more", "four plain words more"):
            await page.keyboard.press("Tab")
            await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Present password")).to_have_accessible_description(
            "This is not your present password; enter it once more."
        )
        await expect(page.get_by_label("Present password")).to_be_focused()
        await looked_at(page, shots, "account-password", "agent")
        await page.keyboard.type(PASSWORD)
        for text in ("four plain words more", "four plain words more"):
            await page.keyboard.press("Tab")
            await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").filter(has_text="The password is changed.")).to_be_visible()
        assert [each for each in complaints if "400" not in each] == []


async def test_a_second_browser_is_signed_out_from_the_first(site, chromium, shots):
    async with site.serve() as address:
        first = await (await chromium.new_context(viewport={"width": 1280, "height": 900})).new_page()
        second = await (await chromium.new_context()).new_page()
        await sign_in(first, address, "sam", path="/account/sessions")
        await sign_in(second, address, "sam", path="/account")
        await first.reload()
        await expect(first.get_by_role("row")).to_have_count(3)
        await looked_at(first, shots, "account-sessions", "supervisor")
        await first.get_by_label("Your password").fill("not the password")
        await first.get_by_role("button", name="Sign out Chrome on Linux at 127.0.0.1").click()
        await expect(first.get_by_label("Your password")).to_have_attribute("aria-invalid", "true")
        await first.get_by_label("Your password").fill(PASSWORD)
        await first.get_by_role("button", name="Sign out Chrome on Linux at 127.0.0.1").click()
        await expect(first.get_by_role("row")).to_have_count(2)
        await second.get_by_role("link", name="API tokens").click()
        await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_token_is_made_and_revoked(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        await sign_in(page, address, "sam", path="/account/tokens")
        await page.get_by_label("What for").fill("nightly figures")
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Make the token").click()
        await expect(page.get_by_text("Choose at least one thing that the token is for.")).to_be_visible()
        await expect(page.get_by_label("What for")).to_have_value("nightly figures")
        await page.get_by_label("agents' figures").check()
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_role("button", name="Make the token").click()
        await expect(page.locator("#new-token")).to_contain_text("ivr_")
        await looked_at(page, shots, "account-tokens", "supervisor")
        await page.get_by_role("button", name="Revoke nightly figures").click()
        await expect(page.get_by_text("You have no token.")).to_be_visible()


async def test_an_administrator_looks_after_people(site, chromium, shots):
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints = complaints_of(page)
        await sign_in(page, address, "adam", path="/people")
        await expect(page.get_by_role("row")).to_have_count(6)
        await looked_at(page, shots, "people", "admin")

        await page.get_by_role("link", name="Add somebody").click()
        await page.get_by_label("Name to sign in with").fill("nina")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_text("Choose at least one role.")).to_be_visible()
        await expect(page.get_by_label("Name to sign in with")).to_have_value("nina")
        await looked_at(page, shots, "person-add-refused", "admin")
        await page.get_by_label("viewer: sees").check()
        await page.get_by_role("button", name="Add", exact=True).click()
        password = await page.locator("#one-time-password").inner_text()
        await looked_at(page, shots, "person-added", "admin")

        other = await (await chromium.new_context()).new_page()
        await sign_in(other, address, "nina", password, path="/account")
        await expect(other.get_by_text("Your password was made for you")).to_be_visible()

        await page.get_by_role("link", name="To nina").click()
        await page.get_by_label("supervisor: sees").check()
        await page.get_by_role("button", name="Change the roles").click()
        await expect(page.get_by_text("The roles are changed")).to_be_visible()
        await page.get_by_label("Leads from now on").fill("green")
        await page.get_by_role("button", name="Add the team").click()
        await expect(page.get_by_role("button", name="Lead no longer: green")).to_be_visible()
        await looked_at(page, shots, "person", "admin")
        await other.reload()
        await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()

        await page.get_by_role("link", name="What the audit log says of nina").click()
        await expect(page.get_by_role("cell", name="roles changed")).to_be_visible()
        await page.get_by_role("button", name="Check the whole log").click()
        await expect(page.get_by_text("The log is whole")).to_be_visible()
        await looked_at(page, shots, "audit", "admin")
        assert [each for each in complaints if "400" not in each] == []


async def test_the_pages_work_without_javascript(site, chromium):
    async with site.serve() as address:
        page = await (await chromium.new_context(java_script_enabled=False)).new_page()
        await sign_in(page, address, "adam", path="/people/sam")
        await page.get_by_role("button", name="End every sign-in").click()
        await expect(page.get_by_text("Every sign-in of the user has ended.")).to_be_visible()
        await page.goto(f"{address}/account/authenticator")
        await expect(page.get_by_role("img", name="QR code")).to_be_visible()

"""What was refused for want of a right is told of in the log."""

import structlog


async def test_who_has_no_right_is_told_of_in_the_log(browser):
    await browser.sign_in("vera")
    with structlog.testing.capture_logs() as lines:
        assert (await browser.get("/audit")).status == 403
    (line,) = [each for each in lines if each["event"] == "access_refused"]
    assert (line["user"], line["path"], line["token"]) == ("vera", "/audit", None)

"""One-time codes: RFC 6238, good for their half minute and the next."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from ivr.web.one_time_codes import TotpCodes

CODES = TotpCodes()
# The secret and the moments of RFC 6238's appendix B; its codes of eight digits end in ours.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert CODES.step_of(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_code_is_good_for_its_half_minute_and_the_next() -> None:
    begin = 1111111110
    code, step = "050471", begin // 30
    good = {offset: CODES.step_of(SECRET, code, datetime.fromtimestamp(begin + offset, UTC)) for offset in (-1, 0, 59)}
    assert good == {-1: None, 0: step, 59: step}
    assert CODES.step_of(SECRET, code, datetime.fromtimestamp(begin + 60, UTC)) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "28708a", "٢٨٧٠٨٢", "-87082"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert CODES.step_of(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_an_app_is_told_secret_and_name() -> None:
    secret = CODES.new_secret()
    assert len(secret) == 32
    assert secret != CODES.new_secret()
    address = urlsplit(CODES.address(secret, "ann@example.org"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/ivr-rating:ann%40example.org")
    assert parse_qs(address.query) == {"secret": [secret], "issuer": ["ivr-rating"]}

"""Own paths: where somebody may be sent on to after the sign-in, which is never another site."""

from urllib.parse import urlencode, urlsplit

SIGN_IN_PATH = "/sign-in"
_LONGEST = 2000
_NOT_PAGES = ("/sign-in", "/sign-out", "/events", "/api/", "/static/", "/language")


def own_path(text: str | None) -> str | None:
    """Return ``text`` where it is the path of a page that somebody may want to come back to, else None."""
    path = own_address(text)
    return None if path is None or f"{urlsplit(path).path}/".startswith(_NOT_PAGES) else path


def own_address(text: str | None) -> str | None:
    """Return ``text`` where it is an address of this service, else None.

    A browser takes two strokes of either kind for the beginning of another site's name, and drops tabs and line ends
    before it looks; so nothing but plain visible ASCII is taken.
    """
    if not text or len(text) > _LONGEST or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or any(not "!" <= letter <= "~" for letter in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text


def sign_in_path(back: str | None, *, path: str = SIGN_IN_PATH) -> str:
    """Return the address of the sign-in that leads ``back`` afterwards; home is not worth a word."""
    wanted = own_path(back)
    return path if wanted in {None, "/"} else f"{path}?{urlencode({'next': wanted})}"

"""Browsers' names, as far as somebody knows the own ones by."""

from ivr.web.languages import Words

# Each pretends to be those after it, so the order counts.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str | None, words: Words) -> str:
    """Return what a browser says of itself in short: ``Firefox on Windows``."""
    told = user_agent or ""
    browser = next((name for sign, name in _BROWSERS if sign in told), None)
    system = next((name for sign, name in _SYSTEMS if sign in told), None)
    if browser is None:
        return words.gettext("another program")
    if system is None:
        return browser
    return words.gettext("%(browser)s on %(system)s", browser=browser, system=system)

"""Marks sentences for the translators where they are written down and said later."""


def gettext(message: str) -> str:
    """Return ``message``, which is a key of the translations."""
    return message

"""Refusals in the words of a page: the sentence of an error, standing alone."""

from ivr.errors import IvrError
from ivr.web.languages import Words

_ENDS = (".", "。", "!", "?")


def refusal_text(words: Words, refusal: IvrError | str) -> str:
    """Return the sentence in the reader's language, with a capital and a full stop."""
    text = words.sentence(str(refusal))
    return text[:1].upper() + text[1:] + ("" if text.endswith(_ENDS) else ".")

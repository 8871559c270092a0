"""Pseudonyms: ``h1:`` and the HMAC-SHA256 of a caller's E.164 number, keyed with the pepper.

The same person has the same pseudonym however the number was written (national, international, with spaces),
so numbers are brought to E.164 first. The prefix is the version: a new pepper or rule takes a new one.
"""

import hashlib
import hmac
import re

import phonenumbers

from ivr.errors import SettingsRefused
from ivr.privacy.pepper import Pepper

_PSEUDONYM = re.compile(r"h1:[0-9a-f]{64}")
_WRITTEN_NUMBER = re.compile(r"(?:tel:)?\s*(\+?[\d\s().\-/]*\d[\d\s().\-/]*)")
_WITHHELD = frozenset({"anonymous", "unknown", "unavailable", "private", "restricted", "withheld", "asterisk", "s"})
_SHORTEST = 2
_LONGEST_EXTENSION = 6


class Pseudonyms:
    """Makes pseudonyms; ``region`` (two letters, ISO 3166) is where a number without a country code is at home."""

    def __init__(self, pepper: Pepper, region: str) -> None:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise SettingsRefused(
                f'the region "{region}" is not known; write the two capital letters of a country, such as DE'
            )
        self._pepper = pepper
        self._region = region

    def of_number(self, text: str) -> str | None:
        """Return the pseudonym of the number that ``text`` is; None where it is none (withheld, empty, words).

        A short internal extension counts as a number of its own.
        """
        number = self._normalised(text)
        return None if number is None else self._hash(number)

    def of_number_or_pseudonym(self, text: str) -> str | None:
        """Return a pseudonym as it is, and that of a number; None for any other text."""
        return text if _PSEUDONYM.fullmatch(text) else self.of_number(text)

    def number(self, text: str) -> str | None:
        """Return the number that ``text`` is as it is dialled, E.164 where it can be; None where it is none."""
        return self._normalised(text)

    def is_dialable(self, text: str) -> bool:
        """Whether the number that ``text`` is can be anybody's: a valid one of its country, or a short extension.

        The pseudonym asks for less: a caller whose number no numbering plan knows is still the same caller.
        """
        number = self._normalised(text)
        if number is None:
            return False
        if "+" not in text and sum(letter.isdigit() for letter in text) <= _LONGEST_EXTENSION:
            return True
        return number.startswith("+") and phonenumbers.is_valid_number(phonenumbers.parse(number))

    def of_identifier(self, text: str) -> str | None:
        """Return the pseudonym of any identifier of a caller, as an imported file may have it.

        A pseudonym is taken as it is, a number gets the same one as on the telephone, any other text one of
        its own; None where the text only says that there is no number.
        """
        if _PSEUDONYM.fullmatch(text):
            return text
        number = self._normalised(text)
        if number is not None:
            return self._hash(number)
        stripped = text.strip()
        return None if not stripped or stripped.lower() in _WITHHELD else self._hash(stripped)

    def _normalised(self, text: str) -> str | None:
        written = _WRITTEN_NUMBER.fullmatch(text.strip())
        if written is None:
            return None
        digits = re.sub(r"[^\d+]", "", written[1])
        try:
            number = phonenumbers.parse(digits, self._region)
        except phonenumbers.NumberParseException:
            number = None
        if number is not None and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        # Extensions and service numbers have no E.164 form; without a plus they cannot be mistaken for one.
        return digits if len(digits) >= _SHORTEST and not digits.startswith("+") else None

    def _hash(self, text: str) -> str:
        return "h1:" + hmac.new(self._pepper.secret, text.encode(), hashlib.sha256).hexdigest()

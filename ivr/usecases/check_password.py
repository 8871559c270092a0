"""Says whether a password will do."""

from ivr.domain.weak_passwords import weakness
from ivr.errors import UserRefused
from ivr.usecases.sign_in import LONGEST_PASSWORD

SHORTEST_PASSWORD = 12


def check_password(password: str, name: str) -> None:
    """Raise UserRefused where ``password`` will not do for the user ``name``.

    Any letters, signs and blanks may stand in it, and none has to.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise UserRefused(
            f"the password is shorter than {SHORTEST_PASSWORD} characters; "
            "take a longer one, such as four words that have nothing to do with each other"
        )
    if len(password) > LONGEST_PASSWORD:
        raise UserRefused(f"the password is longer than {LONGEST_PASSWORD} characters; take a shorter one")
    fault = weakness(password, name)
    if fault is not None:
        raise UserRefused(f"the password {fault}; take four words that have nothing to do with each other")

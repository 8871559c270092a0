"""Weak passwords: those that programs which guess passwords try first.

A list of leaked passwords is long, soon old, and holds few of twelve characters and more. Those few are made in a
handful of ways, so the ways are refused: a common word (or this program's, or the user's name) with digits and signs
around it, the same again and again, and runs along the keyboard, the alphabet or the digits.
"""

import re

_DISGUISES = str.maketrans("@4310$5!7|", "aaeiossitl")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
    "147258369",
    "159357",
)
_WORD_LIST = """
access account admin administrator agent alexander amanda andrea andrew angel anthony apple april arsenal
asshole august austin babygirl banana barcelona baseball basketball batman bear beautiful blink blue bond
butterfly callcenter callcentre center centre change changeme charlie cheese chelsea chocolate christmas code
company computer cookie cool corvette cowboy daniel dashboard december default demo diamond dragon elephant
everton family february ferrari flower football forever forgot freedom friend fuck fuckyou george ginger girl
god golf google guest hallo hammer happy harley hello hockey house hunter iloveyou internet isabella ivr
jackson james january jasmine jennifer jessica jesus jordan joseph joshua july june justin killer king kitty
letmein life linux little liverpool login london love lovely lucky madison magic manager march marina marlboro
martin master matthew maverick maxwell me melissa mercedes merlin michael michelle mickey microsoft mine
monday money monkey mother mustang my myspace name naruto new nicole november october office operator orange
pa pass passw passwd password passwort patrick pepper personal phoenix phone please pokemon porsche princess
private purple rabbit rainbow ranger rating raymond red remember richard robert root samantha samsung secret
secure security september server service shadow silver slayer snoopy soccer sommer spiderman spring star
starwars strawberry summer sunday sunshine super superman superstar supervisor support sweet system teen
telephone temp tennessee test testing the this thomas thunder tiger tinkerbell today trust trustno user
victoria viewer wachtwoord welcome whatever william willkommen windows winter wizard yankees yellow you zaq
"""
_WORDS = frozenset(_WORD_LIST.split())
_LONGEST_WORD = max(map(len, _WORDS))
_LONGEST_RUN = 4
"""So many characters along a run are chance; more are a habit."""


def weakness(password: str, name: str) -> str | None:
    """Return what is wrong with ``password`` for the user ``name``, as the end of a sentence; None where nothing."""
    folded = password.casefold()
    if len(set(folded)) < 5:
        return "is made of few characters, again and again"
    if _is_repeated(folded):
        return "is the same again and again"
    if _left_after_runs(folded) < len(folded) / 2:
        return "runs along the keyboard or counts"
    if _is_mostly_name(folded, name.casefold()) or _is_mostly_name(folded.translate(_DISGUISES), name.casefold()):
        return "is little more than your own name"
    # What stands before and after the word is counting or decoration; within it digits and signs stand for letters.
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    for disguised in (folded, folded.translate(_DISGUISES), core.translate(_DISGUISES)):
        letters = re.sub(r"[\W\d_]+", "", disguised)
        # Fewer letters than these leave a password to its digits, as a date or a telephone number has them.
        if len(letters) >= len(folded) / 3 and letters.isascii() and _is_made_of_words(letters):
            return "is among those that are guessed first"
    return None


def _is_mostly_name(text: str, name: str) -> bool:
    """Whether fewer than eight characters are left of ``text`` without the name, or one part of it."""
    parts = {part for part in re.split(r"[^a-z0-9]+", name) if len(part) > 2} | {name}
    return any(part and part in text and len(text.replace(part, "")) < 8 for part in parts)


def _is_repeated(text: str) -> bool:
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _left_after_runs(text: str) -> int:
    """Return how many characters are left once every run along the keyboard or the alphabet counts as one."""
    left, place = 0, 0
    while place < len(text):
        size = 1
        while place + size < len(text) and _is_run(text[place : place + size + 1]):
            size += 1
        left += size if size <= _LONGEST_RUN - 1 else 1
        place += size
    return left


def _is_run(text: str) -> bool:
    return len(set(text)) == 1 or any(text in run or text[::-1] in run for run in _RUNS)


def _is_made_of_words(letters: str) -> bool:
    """Whether ``letters`` are at most two common words, one of them perhaps more than once."""
    reached: dict[int, frozenset[frozenset[str]]] = {0: frozenset({frozenset()})}
    for end in range(1, len(letters) + 1):
        ways = {
            used | {letters[start:end]}
            for start in range(max(0, end - _LONGEST_WORD), end)
            if letters[start:end] in _WORDS
            for used in reached.get(start, frozenset())
        }
        reached[end] = frozenset(way for way in ways if len(way) <= 2)
    return bool(letters) and bool(reached[len(letters)])

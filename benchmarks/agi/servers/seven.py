"""The session that every server holds: seven commands, as ``limit.c`` has them too."""

KEYS = "0123456789*#"
PROMPTS = ("ivr-rating/intro", "ivr-rating/press-1-satisfied", "ivr-rating/press-2-so-so")
WAIT_MS = 5000

SEVEN = (
    "ANSWER",
    *(f'STREAM FILE {prompt} "{KEYS}"' for prompt in PROMPTS),
    f"WAIT FOR DIGIT {WAIT_MS}",
    "SET VARIABLE IVR_RESULT done",
    "HANGUP",
)
UNTIL_THE_KEY, AFTER_THE_KEY = SEVEN[:5], SEVEN[5:]

DEADLINE_SECONDS = 40.0
"""Of one command: a prompt of 30 s and some. Where a server has no deadlines it has none here."""

BACKLOG = 1024
"""Connections that may wait to be accepted; asyncio's own 100 would cost a peer a second for each that is refused."""

"""The rig's call centre: its agents and queues, as written into the private Asterisk's configuration."""

from dataclasses import dataclass

QUEUES = ("support", "sales")
SAMPLED_QUEUE = "billing"
"""A queue of which the demonstration asks a random share of the callers only; whoever serves both others serves it."""
DIRECT_QUEUE = "support"
"""The queue that a direct call to an agent is rated under."""
INVITED = "invited-"
"""Before a queue's name: the caller is asked beforehand whether to stay for the rating."""
UNASKED = "unasked-"
"""Before a queue's name: the call ends when the agent leaves."""
OUTSIDE = "outside"
"""Where an agent can transfer a caller away from every queue."""

NAMES = (
    "Ana Silva", "Bo Lindqvist", "Chidi Okafor", "Dina Haddad", "Emil Novak", "Freya Olsen",
    "Goran Petrovic", "Hana Sato", "Iker Etxeberria", "Jana Horak", "Kofi Mensah", "Leila Rahimi",
    "Marek Wolski", "Nia Roberts", "Omar Farouk", "Priya Nair", "Quentin Moreau", "Rosa Jimenez",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: the PJSIP endpoint, the name Asterisk shows for it, and the queues it serves."""

    endpoint: str
    name: str
    queues: tuple[str, ...]

    @property
    def person(self) -> str:
        """The agent's key in the ledger: the name in small letters, joined by points."""
        return self.name.lower().replace(" ", ".")

    @property
    def interface(self) -> str:
        """The agent as Asterisk's queues and events name it."""
        return f"PJSIP/{self.endpoint}"


def staff(agents: int = 12) -> tuple[Agent, ...]:
    """Return so many agents (at least 2): every third serves every queue, the others support or sales."""
    return tuple(
        Agent(
            endpoint=f"agent{number + 1:02d}",
            name=NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number // len(NAMES) + 1}"),
            queues=(*QUEUES, SAMPLED_QUEUE) if number % 3 == 2 else (QUEUES[(number // 3 + number) % 2],),
        )
        for number in range(agents)
    )

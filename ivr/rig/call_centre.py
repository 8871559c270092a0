"""The rig's call centre: its agents and queues, as written into the private Asterisk's configuration."""

from dataclasses import dataclass

QUEUES = ("support", "sales")
DIRECT_QUEUE = "support"
"""The queue that a direct call to an agent is rated under."""

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
    """Return so many agents (at least 2): every third serves both queues, the others alternate between them."""
    return tuple(
        Agent(
            endpoint=f"agent{number + 1:02d}",
            name=NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number // len(NAMES) + 1}"),
            queues=QUEUES if number % 3 == 2 else (QUEUES[(number // 3 + number) % 2],),
        )
        for number in range(agents)
    )

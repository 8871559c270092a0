"""The link to Asterisk's manager, kept up: sign in, ping, notice a dead link, come back with growing pauses.

The account asks for the classes ``call``, ``agent`` and ``user`` only, so that an account with wider rights
does not flood the link with channel variables. After each sign-in the list of live channels is asked for: what
ended while nobody listened is told by its absence.
"""

import asyncio
import random
from collections.abc import Callable

import structlog

from ivr.errors import AmiRefused
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.actions import spell
from ivr.telephony.ami.backoff import Backoff
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer
from ivr.telephony.ami.meter import AmiMeter
from ivr.telephony.ami.protocol import AmiProtocol, LinkLost
from ivr.telephony.ami.reading import WANTED
from ivr.telephony.ami.stream import EventStream, LinkMade, ListAsked
from ivr.usecases.ports import Clock

_CLASSES = "call,agent,user"

log = structlog.get_logger(__name__)


class AmiConnection:
    """Puts Asterisk's events into ``stream`` for as long as :meth:`run` runs."""

    def __init__(
        self,
        account: AmiAccount,
        stream: EventStream,
        *,
        clock: Clock,
        meter: AmiMeter,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._account = account
        self._stream = stream
        self._clock = clock
        self._meter = meter
        self._backoff = Backoff(account.retry_first_seconds, account.retry_most_seconds, jitter)
        self._link: AmiProtocol | None = None
        self._started: str | None = None
        self._lost_at: float | None = None
        self.links = 0
        self.restarts = 0

    @property
    def signed_in(self) -> bool:
        """Whether events are being read now."""
        return self._link is not None

    async def run(self) -> None:
        """Keep the link up until cancelled.

        Raises :class:`AmiRefused` where Asterisk refuses the account (never tried again: a wrong secret
        stays wrong, and each try is a line in the PBX's security log), :class:`SettingsRefused` where the
        account's name or secret cannot be sent.
        """
        while True:
            try:
                await self._hold_one_link()
            except (LinkLost, OSError) as fault:
                wait_seconds = self._backoff.next_seconds()
                log.warning(
                    "ami_link_down",
                    host=self._account.host,
                    port=self._account.port,
                    reason=str(fault) or type(fault).__name__,
                    retry_in_seconds=round(wait_seconds, 2),
                )
                await asyncio.sleep(wait_seconds)

    async def ask_for_channels(self) -> None:
        """Ask for the list of live channels; its rows come through the stream, behind a :class:`ListAsked`.

        Raises :class:`LinkLost` where there is no link.
        """
        link = self._link
        if link is None:
            raise LinkLost("there is no connection")
        action = spell("CoreShowChannels")
        self._stream.mark(ListAsked(action.id, self._clock()))
        answer = await link.ask(action, self._account.answer_seconds)
        self._say_if_refused("CoreShowChannels", answer)

    async def _hold_one_link(self) -> None:
        link = await self._connect()
        try:
            await self._sign_in(link)
            self._link = link
            self.links += 1
            self._tell_signed_in()
            self._stream.mark(LinkMade(restarted=await self._was_restarted(link)))
            await self.ask_for_channels()
            await self._keep_alive(link)
        finally:
            signed_in, self._link = self._link is not None, None
            if signed_in:
                self._lost_at = asyncio.get_running_loop().time()
                self._meter.ami_connected(connected=False)
            await link.close(spell("Logoff") if signed_in else None)

    def _tell_signed_in(self) -> None:
        self._meter.ami_connected(connected=True)
        if self._lost_at is not None:
            self._meter.ami_gap(asyncio.get_running_loop().time() - self._lost_at)

    async def _connect(self) -> AmiProtocol:
        account = self._account
        framer = Framer(WANTED, max_frame_bytes=account.max_frame_bytes)
        async with asyncio.timeout(account.connect_seconds):
            _, link = await asyncio.get_running_loop().create_connection(
                lambda: AmiProtocol(framer, self._stream, self._clock, self._meter), account.host, account.port
            )
        await asyncio.wait(
            {link.greeted, link.lost}, timeout=account.connect_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if link.lost.done():
            raise LinkLost(link.lost.result())
        if not link.greeted.done():
            link.abort()
            raise LinkLost("Asterisk's manager did not greet; is it another service's port?")
        return link

    async def _sign_in(self, link: AmiProtocol) -> None:
        account = self._account
        action = spell("Login", Username=account.user, Secret=account.secret, Events=_CLASSES)
        answer = await link.ask(action, account.answer_seconds)
        if _succeeded(answer):
            log.info("ami_signed_in", host=account.host, port=account.port, user=account.user)
            return
        if answer.value("Response") != "Error":
            raise LinkLost("Asterisk answered the sign-in with neither success nor error")
        raise AmiRefused(
            f"Asterisk's manager at {account.host}:{account.port} refused the user {account.user} "
            f"({answer.value('Message') or 'without a reason'}); compare IVR_AMI_USER and IVR_AMI_SECRET with "
            f"manager.conf, and its permit lines with this machine's address"
        )

    async def _was_restarted(self, link: AmiProtocol) -> bool:
        """Compare Asterisk's start with the one of the last link: an account this small gets no FullyBooted."""
        answer = await link.ask(spell("CoreStatus"), self._account.answer_seconds)
        if self._say_if_refused("CoreStatus", answer):
            return False
        started = f"{answer.value('CoreStartupDate')} {answer.value('CoreStartupTime')}"
        restarted = self._started not in {None, started}
        self._started = started
        if restarted:
            self.restarts += 1
            log.warning("pbx_restarted", started=started)
        return restarted

    async def _keep_alive(self, link: AmiProtocol) -> None:
        while True:
            await asyncio.wait({link.lost}, timeout=self._account.ping_every_seconds)
            if link.lost.done():
                raise LinkLost(link.lost.result())
            try:
                await link.ask(spell("Ping"), self._account.answer_seconds)
            except LinkLost:
                link.abort()
                raise
            self._backoff.reset()

    @staticmethod
    def _say_if_refused(action: str, answer: Frame) -> bool:
        if _succeeded(answer):
            return False
        log.warning(
            "ami_action_refused",
            action=action,
            reason=answer.value("Message"),
            remedy="give the user write = reporting in manager.conf, then: asterisk -rx 'manager reload'",
        )
        return True


def _succeeded(answer: Frame) -> bool:
    return answer.value("Response") == "Success"

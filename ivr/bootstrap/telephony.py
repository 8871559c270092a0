"""The telephone side of the service: the FastAGI server, the manager listener, and what they lead to."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.follow_ups import build_follow_ups
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.bootstrap.open_files import allow_open_files
from ivr.bootstrap.prompt_lengths import PromptLengths
from ivr.domain.asking_rules import AskingRules
from ivr.domain.outcomes import Outcome
from ivr.errors import AmiRefused, IvrError
from ivr.observe.metrics import Metrics
from ivr.privacy.pseudonyms import Pseudonyms
from ivr.settings import Bind, Settings
from ivr.store.asked_calls import SqlAskedCalls
from ivr.store.directory import SqlDirectory
from ivr.store.do_not_ask import SqlDoNotAsk
from ivr.store.known_callers import SqlKnownCallers
from ivr.store.ledger import SqlLedger
from ivr.telephony.agi.admission import Limits
from ivr.telephony.agi.door import Door
from ivr.telephony.agi.scripts import invite_script, left_script, rate_script
from ivr.telephony.agi.server import FastAgiServer
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.listener import AmiListener
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.decide_asking import DecideAsking
from ivr.usecases.invite_caller import InvitationLine, InvitationRequest, InviteCaller
from ivr.usecases.keep_do_not_ask import KeepDoNotAsk
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.note_calls import NoteCalls
from ivr.usecases.note_left_keys import NoteLeftKeys
from ivr.usecases.offering import CurrentOffering
from ivr.usecases.ports import Line
from ivr.usecases.rate_call import RateCall, RatingRequest
from ivr.web.ports import ReadinessCheck

_FIRST_SIGN_IN_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Telephony:
    """Joins Asterisk's two doors to the use cases."""

    def __init__(
        self,
        settings: Settings,
        offering: CurrentOffering,
        rules: AskingRules,
        pseudonyms: Pseudonyms,
        store: parts.Store,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._rules = rules
        self.deciding = DecideAsking(
            callers=SqlKnownCallers(store.database),
            asked_calls=SqlAskedCalls(store.database),
            clock=parts.now,
            meter=metrics,
        )
        self.offering = offering
        ledger = SqlLedger(store.database, store.writer)
        directory = SqlDirectory(store.database)
        last_keys = LastKeys()
        refusals = KeepDoNotAsk(SqlDoNotAsk(store.database, store.writer), parts.now)
        self._closing = CloseCalls(
            ledger=ledger,
            directory=directory,
            offering=self.offering,
            queues=frozenset(settings.queues),
            clock=parts.now,
            archive=LayoutArchive(store.database),
            refusals=refusals,
        )
        self._rate_call = RateCall(
            ledger=ledger,
            directory=directory,
            offering=self.offering,
            eligibility=self.deciding,
            refusals=refusals,
            last_keys=last_keys,
            clock=parts.now,
            closing=self._closing,
            meter=metrics,
        )
        self._invite_caller = InviteCaller(
            ledger=ledger, offering=self.offering, prompt_length=PromptLengths(settings.sounds_dir), clock=parts.now
        )
        self._follow_ups = build_follow_ups(settings, pseudonyms, store)
        note_left_keys = NoteLeftKeys(ledger=ledger, last_keys=last_keys, closing=self._closing)
        self.server = FastAgiServer(
            {
                "invite": invite_script(self._invite, pseudonyms.of_number, pbx=settings.pbx),
                "rate": rate_script(
                    self._rate,
                    pseudonyms.of_number,
                    pbx=settings.pbx,
                    comments_dir=settings.comments_dir,
                    follow_up=None if self._follow_ups is None else self._follow_ups.draw,
                ),
                "left": left_script(note_left_keys, pbx=settings.pbx),
            },
            finishing={"left"},
            door=_door(settings),
            meter=metrics,
        )
        self._listener = self._build_listener(ledger, directory, pseudonyms)
        if (listener := self._listener) is not None:
            metrics.watch_events(lambda: listener.waiting)
        self._refused: IvrError | None = None

    async def start(self, stack: AsyncExitStack) -> Bind:
        """Listen for Asterisk, and read its manager where an account is set; ``stack`` ends both.

        Raises:
            AddressInUse: the port is taken.
            AmiRefused: the manager refuses the account.
        """
        await self.deciding.exchange(self._rules)
        allow_open_files(self._settings.agi_sessions)
        host, port = self._settings.agi_bind
        taken = Bind(await self.server.start(host, port))
        stack.push_async_callback(self.server.stop)
        await self._closing.close_elsewhere(self._settings.pbx)
        if self._listener is None:
            # Nobody will say which channels live, so what an earlier run left open is settled now.
            await self._closing.close_all_but(self._settings.pbx, frozenset())
            return taken
        task = asyncio.create_task(self._listen(self._listener), name="ami")
        stack.push_async_callback(_cancel, task)
        await self._first_sign_in(self._listener, task)
        return taken

    def readiness(self) -> Mapping[str, ReadinessCheck]:
        """Return the checks behind ``/readyz``."""

        async def manager() -> str | None:
            if self._listener is None or self._listener.signed_in:
                return None
            return str(self._refused or "Asterisk's manager is not reached; see ivr_ami_connected and the log")

        return {"manager": manager}

    def _build_listener(self, ledger: SqlLedger, directory: SqlDirectory, pseudonyms: Pseudonyms) -> AmiListener | None:
        settings = self._settings
        if settings.ami_secret is None:
            return None
        return AmiListener(
            AmiAccount(settings.ami_host, settings.ami_port, settings.ami_user, settings.ami_secret.get_secret_value()),
            pbx=settings.pbx,
            sink=NoteCalls(ledger=ledger, closing=self._closing),
            on_snapshot=self._close_what_ended,
            directory=directory,
            pseudonym=pseudonyms.of_number,
            clock=parts.now,
            meter=self._metrics,
        )

    async def _invite(self, request: InvitationRequest, line: InvitationLine) -> None:
        if self._listener is not None and request.call.pbx == self._settings.pbx:
            # So that a caller who leaves in the invitation, before any queue, is settled too.
            self._listener.expect(request.call.uniqueid)
        await self._invite_caller(request, line)

    async def _rate(self, request: RatingRequest, line: Line) -> Outcome:
        listener = self._listener if request.call.pbx == self._settings.pbx else None
        if listener is not None:
            listener.expect(request.call.uniqueid)
        outcome = None
        try:
            with self.deciding.foreseen(request.call, request.caller):
                outcome = await self._rate_call(request, line)
        finally:
            if self._follow_ups is not None:
                await self._follow_ups.settle(request.call, outcome)
        self._metrics.question_ended(outcome)
        if listener is None or not listener.signed_in:
            # The end of the channel will not be seen; a fact that comes later closes the call anew.
            await self._closing.close(request.call)
        return outcome

    async def _close_what_ended(self, live: frozenset[str]) -> None:
        closed = await self._closing.close_all_but(self._settings.pbx, live)
        if closed:
            log.info("calls_settled", calls=closed)

    async def _listen(self, listener: AmiListener) -> None:
        try:
            await listener.run()
        except IvrError as refused:
            # Callers are asked all the same; what is missing is told by /readyz.
            self._refused = refused
            log.error("ami_refused", reason=str(refused))

    async def _first_sign_in(self, listener: AmiListener, task: asyncio.Task[None]) -> None:
        """Give the first sign-in a moment, so that a wrong secret is told at the start."""
        deadline = asyncio.get_running_loop().time() + _FIRST_SIGN_IN_SECONDS
        # An Asterisk that is away is no reason not to start: it is waited for beside the service.
        while not listener.signed_in and not task.done() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - the listener has no event to wait for
            await asyncio.sleep(0.02)
        if isinstance(self._refused, AmiRefused):
            raise self._refused


def _door(settings: Settings) -> Door:
    secret = settings.agi_secret
    return Door(
        Limits(sessions=settings.agi_sessions, sessions_of_peer=settings.agi_sessions_of_peer or settings.agi_sessions),
        settings.agi_allow,
        None if secret is None else secret.get_secret_value(),
    )


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

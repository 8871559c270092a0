"""Reading the configuration again while calls go on: all of it is exchanged, or nothing is.

The settings are read first; those in ``RELOADED`` are taken, a change of any other wants a restart and is told.
Everything is read beside the event loop and checked together. Where all is well, calls that begin from then on get the
new offering; calls under way keep theirs. Where anything is wrong, what was read last goes on, and the fault is told:
a line in the log for each, the metric, and a note at ``/readyz`` until a reading is taken.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.beside import beside
from ivr.bootstrap.definitions import definitions
from ivr.bootstrap.experiment_watch import warn_of_experiments
from ivr.bootstrap.offering import Configuration, open_offering, read_configuration
from ivr.catalogue.check_all import check_all
from ivr.catalogue.load import Catalogue
from ivr.domain.asking_rules import AskingRules
from ivr.domain.experiments import Experiment
from ivr.errors import IvrError
from ivr.observe.metrics import Metrics
from ivr.settings import Settings
from ivr.usecases.decide_asking import DecideAsking
from ivr.usecases.offering import CurrentOffering, Offering

RELOADED = (
    "layouts_dir",
    "layouts_source",
    "publish_by_hand",
    "experiments_dir",
    "experiment",
    "reference_layout",
    "transcripts_dir",
    "asking_file",
    "sampling_probability",
    "offer_floor",
    "offer_floors",
    "utility",
)
"""The settings that a running service takes over."""

log = structlog.get_logger(__name__)


class Reloading:
    """Holds the configuration that is in force, and exchanges it for a newer one."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        *,
        read_settings: Callable[[], Settings],
        store: parts.Store,
        offering: CurrentOffering,
        deciding: DecideAsking,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._configuration = configuration
        self._read_settings = read_settings
        self._store = store
        self._offering = offering
        self._deciding = deciding
        self._metrics = metrics
        self._refused: str | None = None
        self._has_taken_rules = False

    @property
    def catalogue(self) -> Catalogue:
        """What there is to ask, as read last."""
        return self._configuration.catalogue

    @property
    def settings(self) -> Settings:
        """The settings as taken last."""
        return self._settings

    def remark(self) -> str | None:
        """Return why the last reading was refused; None where it was taken."""
        return self._refused

    async def reload(self) -> bool:
        """Read everything again and exchange it; return False, and change nothing, where anything is wrong."""
        settings, self._has_taken_rules = self._settings, False
        try:
            settings = _taken_over(settings, await beside(self._read_settings))
            configuration = await beside(partial(read_configuration, settings))
            offering = await open_offering(
                settings,
                configuration,
                self._store,
                before_writing=partial(self._take_rules, configuration.rules),
            )
        except IvrError as refusal:
            await self._put_rules_back()
            self._keep(str(refusal), await beside(partial(_faults, settings, str(refusal))))
            return False
        except Exception as fault:
            log.exception("reload_failed")
            await self._put_rules_back()
            sentence = f"the configuration could not be read ({fault}); see the log"
            self._keep(sentence, (sentence,))
            return False
        changes = _changes(self._offering(), offering)
        asks_otherwise = configuration.rules != self._configuration.rules
        # No pause from here on: nobody sees half of it.
        self._offering.exchange(offering)
        self._settings, self._configuration = settings, configuration
        self._refused = None
        self._metrics.reloaded(taken=True)
        log.info("reloaded", asking_rules="changed" if asks_otherwise else "unchanged", **changes)
        await self._warn(offering.experiment)
        return True

    async def _take_rules(self, rules: AskingRules) -> None:
        await self._deciding.exchange(rules)
        self._has_taken_rules = True

    async def _put_rules_back(self) -> None:
        """Ask by the rules of before, where the ledger refused what was written after the new ones were taken."""
        if not self._has_taken_rules:
            return
        try:
            await self._deciding.exchange(self._configuration.rules)
        except IvrError as refused:
            log.warning("asking_rules_not_put_back", reason=str(refused))

    async def _warn(self, experiment: Experiment) -> None:
        try:
            await warn_of_experiments(experiment, self._store)
        except IvrError as refused:
            # What was read is taken already; a warning that cannot be given changes nothing of that.
            log.warning("experiments_not_looked_at", reason=str(refused))

    def _keep(self, sentence: str, faults: Sequence[str]) -> None:
        self._refused = f"the configuration was not reloaded, the one before goes on: {sentence}"
        self._metrics.reloaded(taken=False)
        for fault in faults:
            log.error("reload_refused", fault=fault)


def _taken_over(before: Settings, read: Settings) -> Settings:
    """Return ``before`` with what can be changed without a restart; tell what cannot."""
    changed = [name for name in Settings.model_fields if getattr(before, name) != getattr(read, name)]
    left = [name for name in changed if name not in RELOADED]
    if left:
        log.warning("settings_want_restart", settings=left)
    return before.model_copy(update={name: getattr(read, name) for name in changed if name in RELOADED})


def _faults(settings: Settings, first: str) -> Sequence[str]:
    """Return every fault of the layouts and experiments; the ``first`` where it is none of those."""
    try:
        found = check_all(
            documents=definitions(settings),
            layouts_dir=settings.layouts_dir,
            experiments_dir=settings.experiments_dir,
            transcripts_dir=settings.transcripts_dir,
            sounds_dir=settings.sounds_dir,
        ).faults
    except IvrError:
        return (first,)
    except Exception:
        log.exception("reload_failed")
        return (first,)
    return found if first in found else (first, *found)


def _changes(before: Offering, after: Offering) -> Mapping[str, object]:
    """Say in the log's words what calls get otherwise from now on."""
    keys = sorted(before.versions.keys() | after.versions.keys())
    versions = {key: (_version(before, key), _version(after, key)) for key in keys}
    layouts = {key: f"{was or 'none'} -> {now or 'none'}" for key, (was, now) in versions.items() if was != now}
    experiments = before.experiment.key, after.experiment.key
    experiment = experiments[1] if len(set(experiments)) == 1 else " -> ".join(experiments)
    return {"layouts": layouts, "experiment": experiment}


def _version(offering: Offering, key: str) -> str | None:
    return offering.versions[key].version if key in offering.versions else None

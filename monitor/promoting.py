"""Another model by the command line: the same way as by button, with or without a service.

Where a service runs it reads the history and switches; where none runs it is done here, by the
same step. Beside ``checks``; it decides nothing that ``steps.candidates`` does not.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor import app
from monitor.classify.model_files import load, serve_first, served
from monitor.config import Settings
from monitor.errors import ModelError, Refused
from monitor.messages.candidate import stopped_by
from monitor.progress import Advance
from monitor.steps import candidates, switching
from monitor.steps.tools import Tools
from monitor.store import serving
from monitor.store.knowledge_changes import model_of
from monitor.store.locking import held
from monitor.store.serving import Switch


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants which model; ``whatever`` the gate or a person said of it."""

    version: str
    person: str
    whatever: bool = False


def promote(
    settings: Settings, db: Database, wish: Wish, clock: app.Clock, advance: Advance
) -> Switch | None:
    """Let a model serve; how its switch stands then. None: no model served before, this one does.

    Raises:
        ModelError: its folder is missing, damaged or of another format.
        Refused: it serves already, did not pass, or another one is reading.
    """
    load(settings.models / wish.version)
    if not served(settings.models) and serving.now_serving(db) is None:
        serve_first(settings.models, wish.version)
        return None
    with ExitStack() as alone:
        if _service_runs(settings, alone):
            return candidates.want(db, wish.version, wish.person, clock(), whatever=wish.whatever)
        return _here(settings, db, wish, clock, advance)


def _service_runs(settings: Settings, alone: ExitStack) -> bool:
    """Whether a service collects on this store; if not, none can start before ``alone`` ends."""
    try:
        alone.enter_context(held(settings.database, ["collect"]))
    except Refused:
        return True
    return False


def _here(
    settings: Settings, db: Database, wish: Wish, clock: app.Clock, advance: Advance
) -> Switch:
    tools = app.build_tools(settings)
    switching.recover(db, tools, clock())
    under_way = serving.reading(db)
    if under_way is None or model_of(under_way.version) != wish.version:
        under_way = candidates.want(db, wish.version, wish.person, clock(), whatever=wish.whatever)
    read_all(db, tools, clock, advance)
    done = next(one for one in serving.newest(db, 50) if one.id == under_way.id)
    if done.state == serving.STOPPED:
        raise ModelError(f"model: {wish.version}: not promoted: {done.trouble}")
    return done


def read_all(db: Database, tools: Tools, clock: app.Clock, advance: Advance) -> None:
    """Let what was wanted read the whole history and serve; dying means going on later."""
    while (switch := serving.reading(db)) is not None:
        advance(switch.done, switch.total)
        switching.read_history(db, tools, clock())
    candidates.follow(db, clock())


def before(settings: Settings, db: Database) -> str:
    """The model that served before the one that does.

    Raises:
        Refused: none did.
    """
    serves = serving.now_serving(db)
    now = model_of(serves.version) if serves else ""
    switched = (one for one in serving.newest(db, 1000) if one.state == serving.REPLACED)
    known = (model_of(one.version) for one in switched)
    pointed = served(settings.models)[1:]
    found = next((one for one in (*known, *pointed) if one != now), None)
    if found is None:
        raise Refused("model: no version served before this one")
    return found


def stop(db: Database, person: str, now: datetime) -> str:
    """End a reading; the version that was to serve.

    Raises:
        Refused: none is reading.
    """
    switch = serving.reading(db)
    if switch is None or not serving.stop(db, switch.id, person, stopped_by(person), now):
        raise Refused("model: none is reading the history")
    candidates.follow(db, now)
    return switch.version

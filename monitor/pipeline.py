"""The way of a comment through Siaga.

Rows are the hand-off: each step reads the rows that wait for it, asks a pure function, and writes
its answer in one transaction. Steps never call each other; only :func:`tick` lists them, in order.

====  ==========  ===============================  =============================  =================
step  name        rows it waits for                written together               if it dies here
====  ==========  ===============================  =============================  =================
0     knowledge   changes of files under data/     file + what works with it      written again
1     collect     sources whose poll is due        comments + cursor + coverage   fetched again
1     sources     sources that stand otherwise     what people know + notices     told once
2     understand  comments without a prediction    predictions, copies, counts    done again
3     judge       counts per topic and window      incident + event + reason      same incident
3     waves       copies of the last hour          incident + event + reason      same incident
3     escalate    incidents that nobody has        event + calls + messages       same step
3     duty        the change of duty               turn + its notices             same note
3     topics      four weeks, once an hour         new topics + their notices     looked again
4     outcome     replies whose look has come      look + touched messages        done again
4     questions   open ones whose hour has come    reminder + its notices         done again
4     handoffs    forms that wait, each morning    reminder + its notices         done again
4     digest      the hour of a digest             digest + its notices           same digest
4     narratives  statements whose time is over    state + its notices            done again
4     notify      unprocessed events; due notices  ``sending`` before, after      at least once
5     suggest     incidents' comments, no draft    draft ``proposed``             done again
5     thanks      praise without a draft           drafts + batch + notice        done again
6     decide      (a person presses a button)      guarded update + audit         second tap: who
6     moderate    comments to hide or to show      visibility + audit             asked again
6     expire      drafts whose reason changed      guarded update + audit         done again
7     post        drafts ``approved``              ``posting`` before, after      at most once
7     retention   comments that grew too old       words or author erased         done again
8     train       labels since the last model      new folder                     old model serves
8     switch      history unread by a new model    predictions; all counts at once  old model serves
8     candidates  candidates that were wanted      state + messages               done again
8     labels      a working day without a look     what to label + the look       looked again
8     drift       a day that is over               its figures + told changes     counted again
8     themes      four weeks, once a week          themes + their notices         looked again
====  ==========  ===============================  =============================  =================

Step 0 is decided in ``web/`` and ``cli/``, step 6 in ``bot/`` and ``web/``, step 8 in
``training/``. Two doors lead back, both explicit: a source's cursor (step 1 only) and human labels
(training only). This module has no clock and knows no platform: ``app.py`` puts in what is
concrete.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import MonitorError
from monitor.steps import candidates, knowing, switching
from monitor.steps import post as posting
from monitor.steps.chase import chase
from monitor.steps.collect import Collector
from monitor.steps.decide_new_issue import go_on as go_on_issues
from monitor.steps.digest import digest
from monitor.steps.drift import watch_drift
from monitor.steps.duty import hand_over
from monitor.steps.escalate import escalate
from monitor.steps.expire import expire
from monitor.steps.handoff import remind as remind_handoffs
from monitor.steps.judge import judge
from monitor.steps.label_queue import fill_queue
from monitor.steps.moderate import moderate
from monitor.steps.narrate import expire_narratives
from monitor.steps.new_issues import find_issues
from monitor.steps.new_topics import find_topics
from monitor.steps.notify import notify
from monitor.steps.outcome import watch_outcomes
from monitor.steps.retention import forget
from monitor.steps.suggest import suggest_replies
from monitor.steps.thanks import propose_thanks
from monitor.steps.tools import Tools, log
from monitor.steps.understand import MOST_BATCHES, understand
from monitor.steps.watch_sources import watch_sources
from monitor.steps.waves import watch_waves
from monitor.store import notices


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    collected: int = 0
    understood: int = 0
    changed: int = 0
    shown: int = 0
    suggested: int = 0
    posted: int = 0
    topics: int = 0
    chased: int = 0
    handed: int = 0
    expired: int = 0
    outcomes: int = 0
    digests: int = 0
    narratives: int = 0
    moderated: int = 0
    erased: int = 0
    reread: int = 0
    followed: int = 0
    told: int = 0
    taught: int = 0
    queued: int = 0
    drifted: int = 0
    themes: int = 0

    @property
    def idle(self) -> bool:
        """Whether nothing was waiting anywhere."""
        return self == Ticked()

    def __add__(self, other: Ticked) -> Ticked:
        mine, others = astuple(self), astuple(other)
        return Ticked(*(one + more for one, more in zip(mine, others, strict=True)))


def more_waits(tools: Tools, ticked: Ticked) -> bool:
    """Whether a tick left comments to be understood, so that the next should come at once."""
    return max(ticked.understood, ticked.reread) >= MOST_BATCHES * tools.settings.classify.batch


def start(db: Database, tools: Tools, now: datetime) -> None:
    """Put right what a process that died left half done. Call once, before the first tick."""
    knowing.recover(db, tools, now)
    switching.recover(db, tools, now)
    notices.recover(db)
    posting.recover(db, tools, now)


def tick(
    db: Database,
    tools: Tools,
    collector: Collector,
    now: datetime,
    patience: float | None = 2.0,
) -> Ticked:
    """Let every step do what waits for it. ``patience``: how long slow sources are waited for."""
    taught = _step("knowledge", lambda: knowing.follow(db, tools, now))
    return Ticked(
        taught=taught,
        collected=_step("collect", lambda: collector.collect(db, tools, now, patience)),
        told=_step("sources", lambda: watch_sources(db, tools, now)),
        understood=_step("understand", lambda: understand(db, tools)),
        changed=_step("judge", lambda: judge(db, tools, now))
        + _step("waves", lambda: watch_waves(db, tools, now))
        + _step("escalate", lambda: escalate(db, tools, now)),
        handed=_step("duty", lambda: hand_over(db, tools, now)),
        topics=_step("topics", lambda: find_topics(db, tools, now)),
        outcomes=_step("outcome", lambda: watch_outcomes(db, now)),
        chased=_step("questions", lambda: chase(db, tools, now))
        + _step("handoffs", lambda: remind_handoffs(db, tools, now)),
        digests=_step("digest", lambda: digest(db, tools, now)),
        narratives=_step("narratives", lambda: expire_narratives(db, tools, now)),
        shown=_step("notify", lambda: notify(db, tools, now)),
        suggested=_step("suggest", lambda: suggest_replies(db, tools, now))
        + _step("thanks", lambda: propose_thanks(db, tools, now)),
        moderated=_step("moderate", lambda: moderate(db, tools, now)),
        expired=_step("expire", lambda: expire(db, tools, now)),
        posted=_step("post", lambda: posting.post(db, tools, now)),
        erased=_step("retention", lambda: forget(db, tools, now)),
        reread=_step("switch", lambda: switching.read_history(db, tools, now)),
        followed=_step("candidates", lambda: candidates.follow(db, now)),
        queued=_step("labels", lambda: fill_queue(db, tools, now)),
        drifted=_step("drift", lambda: watch_drift(db, tools, now)),
        themes=_step("themes", lambda: find_issues(db, tools, now, patience))
        + _step("new issues", lambda: go_on_issues(db, tools, now)),
    )


def beside(name: str, run: Callable[[], int]) -> int:
    """What is done beside the steps; its trouble must not end the service either."""
    return _step(name, run)


def _step(name: str, run: Callable[[], int]) -> int:
    """One step's trouble must not keep the next step's rows waiting; its own wait for a tick."""
    try:
        return run()
    except MonitorError as error:
        log.error("%s: %s", name, error)
    except Exception:  # a bug in one step must not silence the others
        log.exception("%s: unexpected", name)
    return 0

"""An office in a storm: many incidents in one group, a clock that runs fast, Telegram's own limits.

The channel, the store and the notify step are the product; the server refuses what the genuine
one would refuse. Seconds are simulated: no test waits for them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from monitor.incidents import Action, next_state
from monitor.messages.base import CAPTION_LIMIT
from monitor.records import (
    ChatId,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Issue,
    Level,
    NoticeKind,
)
from monitor.steps import views
from monitor.steps.notify import notify
from monitor.store import incidents, notices
from monitor.store.connection import rows
from monitor.telegram.channel import TelegramChannel
from monitor.telegram.fit import fit
from tests.bot_stage import Json, Stage
from tests.fakes.telegram.markup import formatted
from tests.world import NOW, make_reading

STORM_S = 600
TICK_S = 5
PICTURED = 1  # so many of the issues have a picture; drawing one is tested elsewhere
_LEVELS = (Level.WASPADA,) * 6 + (Level.SIAGA,) * 3 + (Level.AWAS,)
_HIGHER = {Level.WASPADA: Level.SIAGA, Level.SIAGA: Level.AWAS}
SCORES = {Level.WASPADA: 1.0, Level.SIAGA: 1.15, Level.AWAS: 1.5}


class Killed(BaseException):
    """The process died here."""


@dataclass
class Clock:
    """Simulated time: seconds since the storm began, as seconds since 1970 when it is called."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return NOW.timestamp() + self.seconds

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


@dataclass
class Storm:
    """So many incidents in ten minutes, and what becomes of them."""

    stage: Stage
    clock: Clock
    chance: random.Random
    topics: list[str]
    plan: dict[int, list[Callable[[], None]]] = field(default_factory=dict)
    ids: dict[str, IncidentId] = field(default_factory=dict)
    killed: int = 0

    def at(self, second: float, act: Callable[[], None]) -> None:
        """Let something happen in the tick of that second."""
        self.plan.setdefault(int(second) // TICK_S, []).append(act)

    def write(self) -> None:
        """Plan what happens: each opens, most move on, some rise, some are taken or end."""
        for i, topic in enumerate(self.topics):
            begin = i * STORM_S / len(self.topics)
            level = self.chance.choice(_LEVELS)
            self.at(begin, partial(self._open, topic, level))
            for act, share in (
                (self._count, 0.5),
                (self._raise, 0.3),
                (self._take, 0.25),
                (self._raise, 0.1),
                (self._end, 0.1),
            ):
                begin += self.chance.uniform(5, 240)
                if self.chance.random() < share:
                    self.at(begin, partial(self._go_on, topic, act))

    def run(self) -> None:
        """Play the plan, then go on until nothing is left to be shown."""
        last = max(self.plan)
        for tick in range(10_000):
            for act in self.plan.pop(tick, ()):
                act()
            self.tick()
            if tick > last and not self.waiting():
                return
        raise AssertionError("the storm does not end")

    def tick(self) -> None:
        self.clock.seconds = (self.clock.seconds // TICK_S + 1) * TICK_S
        self.stage.now = self.clock.now
        try:
            notify(self.stage.db, self.stage.tools, self.clock.now)
        except Killed:
            self.restart()

    def waiting(self) -> int:
        due = "SELECT count(*) AS n FROM notice WHERE state IN ('due', 'sending')"
        return int(rows(self.stage.db, due)[0]["n"])

    def restart(self) -> None:
        """A new process: it knows nothing of what was sent a moment ago."""
        self.killed += 1
        channel = self.stage.tools.channel
        channel.close()
        fresh = storm_channel(self.stage, self.clock)
        self.stage.tools = replace(self.stage.tools, channel=fresh, boundary=lambda _: None)
        notices.recover(self.stage.db)

    def die(self, where: str) -> None:
        """Let the process die at its next boundary of this name."""

        def boundary(name: str) -> None:
            if name == where:
                raise Killed

        self.stage.tools = replace(self.stage.tools, boundary=boundary)

    # What happens to one incident

    def _go_on(self, topic: str, act: Callable[[Incident | None], None]) -> None:
        act(self._live(topic))

    def _live(self, topic: str) -> Incident | None:
        found = incidents.get(self.stage.db, self.ids[topic])
        return None if found is None or found.state.ended else found

    def _open(self, topic: str, level: Level) -> None:
        reading = make_reading(topic, self.clock.now, level=level, score=SCORES[level])
        begin = self.clock.now - timedelta(hours=2)
        assert incidents.open_new(self.stage.db, reading, begin, "ramai")
        row = rows(self.stage.db, "SELECT max(id) AS id FROM incident")[0]
        self.ids[topic] = IncidentId(row["id"])

    def _count(self, incident: Incident | None) -> None:
        if incident is not None:
            more = replace(
                incident.reading, observed=incident.reading.observed + 7, at=self.clock.now
            )
            incidents.observe(self.stage.db, incident, more, None)

    def _raise(self, incident: Incident | None) -> None:
        higher = _HIGHER.get(incident.peak) if incident else None
        if incident is None or higher is None:
            return
        worse = replace(incident.reading, level=higher, score=SCORES[higher], at=self.clock.now)
        incidents.observe(self.stage.db, incident, worse, None)
        self._move(incident, EventKind.RAISED, incident.state, level=higher)

    def _take(self, incident: Incident | None) -> None:
        if incident is not None and incident.state is IncidentState.OPEN:
            state, kind = next_state(incident, Action.ACKNOWLEDGE)
            self._move(incident, kind, state, actor="Ani")

    def _end(self, incident: Incident | None) -> None:
        if incident is not None:
            self._move(incident, EventKind.RESOLVED, IncidentState.RESOLVED, actor="Budi")

    def _move(
        self, incident: Incident, kind: EventKind, state: IncidentState, **more: object
    ) -> None:
        at, why = self.clock.now, str(kind)
        assert incidents.change(self.stage.db, incident, kind, state, at, why, **more)  # type: ignore[arg-type]


def storm(stage: Stage, clock: Clock, many: int) -> Storm:
    """A storm on a stage, with as many issues as incidents and the genuine limits of a group."""
    topics = [f"isu_{i:03}" for i in range(many)]
    issues = {key: Issue(key, f"Isu nomor {key[4:]}", "", "Dinas") for key in topics}
    old = stage.tools
    spikes = old.settings.spikes.model_copy(update={"ignore": tuple(topics[PICTURED:])})
    stage.tools = replace(
        old,
        settings=old.settings.model_copy(update={"spikes": spikes}),
        knowledge=replace(old.knowledge, taxonomy=issues),
        channel=storm_channel(stage, clock),
    )
    stage.fake.limits(per_group_min=20, total_s=30, clock=clock)
    return Storm(stage, clock, random.Random(5), topics)


def storm_channel(stage: Stage, clock: Clock) -> TelegramChannel:
    return TelegramChannel(stage.fake.token, stage.fake.url, 18, 5.0, clock)


def told_as_it_is(
    storm: Storm, chat_id: int, incident: Incident, standing: Mapping[int, Json]
) -> tuple[str, str]:
    """The words of its card in the chat, and as they should be now; both without the time.

    ``standing``: the messages of the chat by number.
    """
    notice = notices.find(storm.stage.db, ChatId(chat_id), NoticeKind.CARD, int(incident.id))
    assert notice is not None and notice.message_id is not None, incident
    shown = standing[notice.message_id]
    wanted = views.card_message(storm.stage.db, storm.stage.tools, incident, storm.clock.now)
    text, _ = formatted(fit(wanted.text, CAPTION_LIMIT), "HTML", None)
    buttons = [[(b.label, b.data) for b in row] for row in wanted.buttons]
    seen = [[(b["text"], b["callback_data"]) for b in row] for row in shown["rows"]]
    return _timeless(words_of(shown), seen), _timeless(text, buttons)


def words_of(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _timeless(text: str, buttons: object) -> str:
    lines = [line for line in text.splitlines() if "Diperbarui" not in line]
    return "\n".join([*lines, repr(buttons)])

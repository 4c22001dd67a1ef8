"""The live card of a copy-paste wave, beside the card of an issue in ``card``."""

from __future__ import annotations

from monitor.messages.base import (
    CAPTION_LIMIT,
    Button,
    Message,
    clip,
    clock,
    escape,
    listed,
    visible_length,
)
from monitor.messages.card import (
    CardView,
    blind_line,
    calls_line,
    footer_line,
    status_line,
    title_line,
)
from monitor.messages.more import MORE
from monitor.messages.wave import NOT_PEOPLE, WaveView, about, last_copy, signs, size
from monitor.records import IncidentState


def wave_card(view: CardView, wave: WaveView) -> Message:
    """Render the card of a wave; its text shrinks until the card is as short as any other."""
    texts = ["\n".join(filter(None, _lines(view, wave, room))) for room in (400, 250, 140, 70)]
    text = next((one for one in texts if visible_length(one) <= CAPTION_LIMIT), texts[-1])
    return Message(text, _buttons(view))


def _lines(view: CardView, wave: WaveView, room: int) -> list[str]:
    since = f"Sejak {clock(view.incident.onset_at, view.zone, view.now)}"
    last = last_copy(wave, view.zone, view.now)
    return [
        title_line(view),
        f"<b>{size(view.comments, view.people, view.texts)}</b>",
        NOT_PEOPLE,
        f"<i>{escape(clip(wave.text, room))}</i>",
        escape(clip(about(wave), 80)),
        " · ".join(part for part in (since, last) if part),
        f"Sumber: {listed(view.sources)}" if view.sources else "",
        f"Kiriman: {listed(wave.posts)}" if wave.posts else "",
        signs(wave),
        escape(view.kin),
        blind_line(view),
        *(escape(line) for line in view.waiting),
        calls_line(view),
        status_line(view),
        footer_line(view),
    ]


def _buttons(view: CardView) -> tuple[tuple[Button, ...], ...]:
    number, state = view.incident.id, view.incident.state
    wrong = tuple(Button("Salah label", f"lb:{one.comment_id}") for one in view.examples[:1])
    if state.ended:
        again = (Button("Buka lagi", f"ro:{number}"),)
        return (again, wrong) if wrong else (again,)
    take = () if state is IncidentState.ACKNOWLEDGED else (Button("Tangani", f"ak:{number}"),)
    rows = (
        (*take, Button("Senyapkan", f"si:{number}")),
        (
            Button("Selesai", f"re:{number}"),
            Button("Bukan krisis", f"di:{number}"),
            Button(MORE, f"mo:{number}"),
        ),
        wrong,
    )
    return tuple(row for row in rows if row)

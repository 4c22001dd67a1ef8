"""An own language model: what it is sent, what is taken from it, and what happens when it fails."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.app import build_writer
from monitor.config.parts import ModelPart, Replies
from monitor.messages.guard import MODEL_MARK
from monitor.records import Draft
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.steps.views import draft_card, draft_view
from monitor.store import drafts, incidents
from monitor.text.personal import mask
from monitor.wording import MOST_CHARACTERS, ModelWriter
from tests.fakes.model import WORDS, FakeModel, Turn
from tests.world import (
    NOW,
    TinyWords,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
)

SECRET = "kunci-rahasia-456"


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as served:
        yield served


def part(model: FakeModel, **more: object) -> ModelPart:
    given = {"enabled": True, "name": "kecil", "base_url": model.base_url, "timeout_seconds": 2.0}
    return ModelPart.model_validate({**given, "token": SecretStr(SECRET), **more})


def writer_of(
    model: FakeModel,
    clock: Callable[[], float] = time.monotonic,
    token: str = SECRET,
    timeout: float = 2.0,
) -> ModelWriter:
    return ModelWriter(model.base_url, "kecil", token, timeout, clock)


def asked(model: FakeModel, token: str = SECRET, timeout: float = 2.0) -> str | None:
    return writer_of(model, token=token, timeout=timeout).write("petunjuk", "komentar")


def test_the_model_is_asked_in_the_way_that_many_servers_speak(model: FakeModel) -> None:
    assert asked(model) == WORDS
    (heard,) = model.heard
    assert heard.path == "/v1/chat/completions"
    assert heard.headers["authorization"] == f"Bearer {SECRET}"
    assert heard.body["model"] == "kecil"
    assert [one["role"] for one in heard.body["messages"]] == ["system", "user"]
    assert [one["content"] for one in heard.body["messages"]] == ["petunjuk", "komentar"]
    assert heard.body["max_tokens"] <= 300


def test_without_a_key_none_is_sent(model: FakeModel) -> None:
    assert asked(model, token="") == WORDS
    assert "authorization" not in model.heard[0].headers


def test_words_come_in_one_line_without_quotation_marks(model: FakeModel) -> None:
    model.turns = [Turn(words='"Kak, siap.\n\nKami teruskan."')]
    assert asked(model) == "Kak, siap. Kami teruskan."


@pytest.mark.parametrize(
    "turn",
    [
        Turn(words=""),
        Turn(words=None),
        Turn(words=[1]),
        Turn(words="x" * (MOST_CHARACTERS + 1)),
        Turn(finish="length"),
        Turn(body=b"bukan json"),
        Turn(body=b"[]"),
        Turn(body=b'{"choices": []}'),
        Turn(body=b'{"choices": [{}]}'),
    ],
)
def test_what_cannot_be_used_is_nothing(model: FakeModel, turn: Turn) -> None:
    model.turns = [turn]
    assert asked(model) is None
    assert len(model.heard) == 1


@pytest.mark.parametrize("first", [Turn(status=503), Turn(wait=0.5)])
def test_an_error_of_the_server_or_no_answer_in_time_is_tried_once_more(
    model: FakeModel, first: Turn
) -> None:
    model.turns = [first, Turn()]
    assert asked(model, timeout=0.25) == WORDS
    assert len(model.heard) == 2


@pytest.mark.parametrize(
    ("turn", "tries", "told"),
    [
        (Turn(status=500), 2, "HTTP 500"),
        (Turn(status=401), 1, "HTTP 401"),
        (Turn(wait=0.5), 2, "no answer in time"),
        (Turn(drop=True), 1, "RemoteProtocolError"),
        (Turn(body=b"x" * 300_000), 1, "DecodingError"),
    ],
)
def test_a_failure_is_told_without_the_key_and_the_model_rests(
    model: FakeModel,
    caplog: pytest.LogCaptureFixture,
    turn: Turn,
    tries: int,
    told: str,
) -> None:
    model.turns = [turn]
    times = iter([0.0, *[0.0] * 5_000])
    writer = writer_of(model, lambda: next(times), timeout=0.25)
    with caplog.at_level(logging.DEBUG):
        assert writer.write("petunjuk", "komentar") is None
        assert writer.write("petunjuk", "komentar") is None
    assert len(model.heard) == tries
    assert told in caplog.text
    assert SECRET not in caplog.text


def test_an_answer_that_drips_is_late(model: FakeModel) -> None:
    times = iter(range(0, 10_000, 3))
    assert writer_of(model, lambda: float(next(times))).write("a", "b") is None
    assert len(model.heard) == 2


def test_after_a_rest_the_model_is_asked_again(model: FakeModel) -> None:
    model.turns = [Turn(status=401), Turn()]
    now = [0.0]
    writer = writer_of(model, lambda: now[0])
    assert writer.write("a", "b") is None
    now[0] = 61.0
    assert writer.write("a", "b") == WORDS


# In the office's day.


class MaskingWords(TinyWords):
    """Masks as the product does."""

    def mask(self, text: str) -> str:
        return mask(text, everything=True)


def world(folder: Path, model: FakeModel) -> Tools:
    settings = make_settings(folder, replies=Replies(per_incident=1, model=part(model)))
    tools = replace(make_tools(folder, settings=settings), words=MaskingWords())
    return replace(tools, writer=build_writer(settings, tools.knowledge))


def drafted(tools: Tools, text: str) -> tuple[Draft, str, tuple[str, ...]]:
    db = open_world(tools)
    seed_comments(db, tools, [text])
    seed_incident(db)
    assert suggest_replies(db, tools, NOW) == 1
    (draft,) = drafts.of_incident(db, incidents.live(db)[0].id)
    shown = draft_view(db, tools, draft, NOW).text
    warned = tuple(draft_card(db, tools, draft, NOW).blunders)
    db.close()
    return draft, shown, warned


def test_a_models_draft_is_marked(tmp_path: Path, model: FakeModel) -> None:
    draft, shown, warned = drafted(world(tmp_path, model), "Banjir di gang 1, min")
    assert (draft.text, draft.origin) == (WORDS, "model:kecil")
    assert MODEL_MARK in shown
    assert warned == (MODEL_MARK,)


def test_the_model_never_sees_a_number_or_a_name(tmp_path: Path, model: FakeModel) -> None:
    text = "Banjir di rumah Bapak Budi Santoso, hubungi 0812-0000-0000 atau warga@contoh.example"
    drafted(world(tmp_path, model), text)
    (heard,) = model.heard
    for private in ("0812", "0000-0000", "Budi", "Santoso", "warga@", "Warga 1", SECRET):
        assert private not in heard.raw
    assert "Banjir di rumah" in heard.raw


def test_the_model_is_told_what_it_may_say(tmp_path: Path, model: FakeModel) -> None:
    drafted(world(tmp_path, model), "Banjir di Sampit, min")
    prompt = json.loads(model.heard[0].raw)["messages"][0]["content"]
    for part_ in ("BPBD", "https://ppid.kalteng.go.id", "di Sampit", "santai tetapi sopan", "Kak,"):
        assert part_ in prompt
    assert "{" not in prompt


@pytest.mark.parametrize(
    "words",
    [
        "Kami laporkan akun Anda ke polisi. https://ppid.kalteng.go.id",
        "Kak, sudah kami teruskan ke BPBD.",
        "Hubungi 0812-0000-0000. https://ppid.kalteng.go.id",
    ],
)
def test_a_models_blunder_is_dropped_and_a_template_takes_its_place(
    tmp_path: Path, model: FakeModel, words: str
) -> None:
    model.turns = [Turn(words=words)]
    draft, shown, _ = drafted(world(tmp_path, model), "Banjir di gang 1")
    assert draft.origin.startswith("template:")
    assert MODEL_MARK not in shown


def test_when_the_model_fails_templates_remain(tmp_path: Path, model: FakeModel) -> None:
    model.turns = [Turn(status=401)]
    draft, _, _ = drafted(world(tmp_path, model), "Banjir di gang 1")
    assert draft.origin.startswith("template:")


def test_whoever_tells_of_danger_gets_checked_words(tmp_path: Path, model: FakeModel) -> None:
    draft, _, _ = drafted(world(tmp_path, model), "Banjir, tolong ada orang terjebak")
    assert "112" in draft.text
    assert model.heard == []


def test_switched_off_or_without_a_prompt_there_is_no_writer(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    assert build_writer(tools.settings, tools.knowledge) is None
    on = ModelPart(enabled=True, name="kecil")
    settings = make_settings(tmp_path, replies=Replies(model=on))
    assert build_writer(settings, replace(tools.knowledge, prompt="")) is None
    assert build_writer(settings, tools.knowledge) is not None

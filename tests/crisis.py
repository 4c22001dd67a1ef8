"""One crisis, whole: citizens, the service, its bot and the people of an invented office.

Everything between the site and Telegram's server is the product; people press only buttons that
stand in messages they can see. ``tests/test_crisis.py`` looks at what happened, and
``tests/e2e/pictures.py`` makes pictures of what people saw.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.records import ChatId, Draft, DraftState, Incident, Role
from monitor.store import drafts, incidents, people
from monitor.telegram.channel import TelegramChannel
from tests.bot_stage import Json, Stage
from tests.day import Day
from tests.fakes.telegram import FakeTelegram
from tests.on_duty import with_rota
from tests.opd_world import put_chats
from tests.world import NOW, PEOPLE, seed_people

OFFICE, AGENCY = ChatId(-100200300), ChatId(-2001)  # the latter is BPBD's in tests/opd_world.py
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANSWER = (
    "Tim BPBD dengan 4 perahu karet sudah di Jalan Kenari sejak pukul 10.30. Posko dan dapur umum "
    "ada di SDN 2 Sampit, warga yang perlu dijemput silakan menghubungi 112"
)
COMPLAINTS = (
    "Banjir di Jalan Kenari Sampit sudah selutut, belum ada petugas yang datang",
    "Air banjir masuk rumah sejak subuh, tolong perahu ke Gang Mawar, ada lansia",
    "Tiap hujan pasti banjir, selokan di depan pasar Sampit rusak dari tahun lalu",
    "Min, banjir di belakang SMP makin tinggi, kapan posko dibuka?",
    "Banjir parah begini kok tidak ada pengumuman apa-apa, kecewa sekali",
    "Listrik padam, banjir naik terus, anak-anak kedinginan di atap",
    "Gorong-gorong simpang empat mampet, banjir lagi, lambat sekali penanganannya",
    "Motor saya mogok kena banjir di Sampit, jalan utama tidak bisa lewat",
    "Pompa air katanya tiga, yang hidup satu, pantas banjir tidak surut",
    "Sudah lapor kemarin soal banjir, jawabannya cuma ditampung, parah",
    "Banjir sampai pinggang di RT 5, nenek saya belum dijemput, tolong",
    "Dapur umum di mana ya, warga banjir di Sampit belum makan dari pagi",
)
CALM = (
    "Terima kasih min, perahu sudah datang",
    "Bagus, posko di SD sudah buka dan cepat dilayani",
    "Mantap BPBD, tetangga saya sudah dijemput",
    "Terima kasih infonya, keluarga kami sudah di posko",
    "Cepat juga tanggapannya, terima kasih",
    "Tadi sudah dijemput, terima kasih banyak",
)


@dataclass
class Crisis:
    """A Monday in an office with a rota: who did what, and what stood in which chat then."""

    day: Day
    stage: Stage
    scenes: list[tuple[str, int, Json]] = field(default_factory=list)

    # The clock, and what people see

    def tick(self, after: timedelta = timedelta(0)) -> datetime:
        """Let time pass and the service do what waits, until all of it stands in the chats."""
        self.day.now = self.stage.now = self.day.now + after
        for _ in range(4):
            self.day.tick(self.day.now)
        return self.day.now

    def run(self, length: timedelta, step: timedelta = 5 * MINUTE) -> None:
        """Tick on."""
        until = self.day.now + length
        while self.day.now < until:
            self.tick(step)

    def messages(self, chat_id: int) -> list[Json]:
        """What stands in a chat now."""
        return [one for one in self.stage.fake.messages(chat_id) if one["by_bot"]]

    def newest(self, chat_id: int, words: str) -> Json:
        """The newest message of a chat with these words."""
        return [one for one in self.messages(chat_id) if words in shown(one)][-1]

    def scene(self, name: str, chat_id: int, words: str) -> Json:
        """Remember a message as it stands now, under a name."""
        message = self.newest(chat_id, words)
        self.scenes.append((name, chat_id, message))
        return message

    def press(self, who: str, chat_id: int, words: str, label: str) -> Json:
        """Press the button of this label in the newest message with these words."""
        message = self.newest(chat_id, words)
        data = button(message, label)
        number = message["message_id"]
        return self.stage.press(who, data, at=number, chat_id=chat_id, forged=False)

    def answer(self, who: str, chat_id: int, words: str, text: str) -> Json:
        """Answer the newest message with these words; what the bot says to that."""
        question = self.newest(chat_id, words)["message_id"]
        return self.stage.answer_to(
            self.stage.write(who, text, chat_id=chat_id, reply_to=question), chat_id
        )

    # What lies in the store

    def incident(self) -> Incident:
        """The one incident, live or ended."""
        (found,) = self.day.every_incident()
        return found

    def drafts(self, state: DraftState) -> list[Draft]:
        """Drafts in a state."""
        return drafts.in_state(self.day.db, [state])

    def kinds(self) -> list[str]:
        """What happened to the incident, in order."""
        return [one.kind.value for one in incidents.events(self.day.db, self.incident().id)]


def shown(message: Json) -> str:
    """The words of a message or of a picture's caption."""
    return str(message.get("text") or message.get("caption") or "")


def buttons(message: Json) -> list[list[dict[str, Any]]]:
    """Rows of buttons."""
    rows: list[list[dict[str, Any]]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def button(message: Json, label: str) -> str:
    """The data of the button that begins with this label."""
    found = [one for row in buttons(message) for one in row if one["text"].startswith(label)]
    assert found, f"{label}: not among {[one['text'] for row in buttons(message) for one in row]}"
    return str(found[0]["callback_data"])


@contextmanager
def office(server: FakeTelegram, folder: Path) -> Iterator[Crisis]:
    """The office on a Monday at 10.00 WIB; nothing irregular may have been sent in the end."""
    server.reset()
    server.chat(OFFICE, type="supergroup", title="Humas Siaga", bot="administrator")
    server.chat(AGENCY, type="supergroup", title="BPBD", bot="administrator")
    fast = itertools.count(0, 1000)  # limits are tested elsewhere
    channel = TelegramChannel(server.token, server.url, 18, 5.0, lambda: float(next(fast)))
    with Day(folder, chats=(OFFICE,)) as day:
        day.tools = replace(with_rota(put_chats(day.tools)), channel=channel)
        seed_people(day.db)
        eko = (Role.OPD,)
        people.add(day.db, "Eko", eko, PEOPLE["Eko"][0], "siaga", NOW, opd="BPBD")
        for number, _ in PEOPLE.values():
            server.message(number, number, "/start")
        stage = Stage(server, day.tools, day.db, day.replier, now=day.now)
        stage.start()
        crisis = Crisis(day, stage)
        try:
            crisis.tick()
            yield crisis
        finally:
            stage.stop()
            channel.close()
    assert server.violations() == []


def happen(crisis: Crisis) -> None:
    """From the first comment to the end, as the people of the office lived through it."""
    _rise(crisis)
    _called(crisis)
    _asked(crisis)
    _replied(crisis)
    _calmed(crisis)


def _rise(crisis: Crisis) -> None:
    """Twelve complaints open a card; thirty more make it Awas."""
    crisis.day.say(COMPLAINTS, crisis.day.now + MINUTE)
    crisis.tick(15 * MINUTE)
    crisis.scene("kartu", OFFICE, "Diperbarui")
    crisis.day.flood(40, crisis.day.now + MINUTE, every=timedelta(seconds=10))
    crisis.tick(10 * MINUTE)
    crisis.scene("naik", OFFICE, "naik ke")


def _called(crisis: Crisis) -> None:
    """Nobody takes it: first on duty, then the stand-in is called; the stand-in takes it."""
    crisis.tick(6 * MINUTE)
    crisis.scene("panggilan", PEOPLE["Ani"][0], "Banjir")
    crisis.tick(6 * MINUTE)
    crisis.scene("panggilan-cadangan", PEOPLE["Budi"][0], "Banjir")
    crisis.press("Ani", PEOPLE["Ani"][0], "Banjir", "Tangani")
    crisis.tick(MINUTE)
    crisis.scene("ditangani", OFFICE, "Diperbarui")


def _asked(crisis: Crisis) -> None:
    """The agency in charge is asked, and answers from its own group."""
    crisis.press("Ani", OFFICE, "Diperbarui", "Lainnya")
    crisis.press("Ani", OFFICE, "Silakan pilih", "Tanya OPD")
    crisis.scene("tanya", OFFICE, "BPBD")
    crisis.press("Ani", OFFICE, "Pilih jenis", "Tanggapan awal")
    crisis.tick(MINUTE)
    crisis.scene("pertanyaan", AGENCY, "Banjir")
    crisis.press("Eko", AGENCY, "Banjir", "Jawab")
    crisis.answer("Eko", AGENCY, "Balas pesan ini", ANSWER)
    crisis.tick(4 * MINUTE)


def _replied(crisis: Crisis) -> None:
    """Awas: one admin is not enough, the same one twice neither."""
    words = f"Saran balasan #{_answered(crisis).id} ·"
    crisis.scene("saran", OFFICE, words)
    crisis.press("Budi", OFFICE, words, "Setujui")
    crisis.tick(MINUTE)
    crisis.scene("satu-tanda-tangan", OFFICE, words)
    crisis.press("Budi", OFFICE, words, "Setujui")
    crisis.tick(MINUTE)
    crisis.press("Citra", OFFICE, words, "Setujui")
    crisis.tick(MINUTE)
    crisis.scene("terkirim", OFFICE, words)


def _answered(crisis: Crisis) -> Draft:
    """The draft that came of the agency's answer."""
    found = [one for one in crisis.drafts(DraftState.PROPOSED) if one.origin.startswith("opd:")]
    return found[-1]


def _calmed(crisis: Crisis) -> None:
    """Kinder words come; what came of the reply is seen; the holder ends it."""
    crisis.day.say(CALM, crisis.day.now + 2 * MINUTE)
    crisis.tick(30 * MINUTE)
    crisis.tick(35 * MINUTE)
    crisis.scene("hasil", OFFICE, "Diperbarui")
    crisis.press("Ani", OFFICE, "Diperbarui", "Selesai")
    crisis.tick(MINUTE)
    crisis.scene("selesai", OFFICE, "Diperbarui")


def plain(message: Json) -> str:
    """What people read, in one line."""
    return re.sub(r"\s+", " ", shown(message))

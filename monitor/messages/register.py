"""The register in words: invitations, hand-overs of a role, and the list of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    ROLE_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
    roles_named,
)
from monitor.records import Invite, InviteTrouble, Person, Role

PRIVATE_ONLY = "Perintah ini dipakai di obrolan pribadi dengan bot Siaga, bukan di grup."
LINK_IN_PRIVATE = (
    "Tautan undangan dibuka di obrolan pribadi dengan bot Siaga, bukan di grup. "
    "Silakan ketuk tautannya sendiri."
)
NAME_HINT = "Nama lengkap"
REMOVED_ALREADY = "Orang ini sudah nonaktif."
CANCELLED = "Tidak jadi. Tidak ada yang berubah."
NO_SUCCESSOR_OF = "Orang ini sudah nonaktif. Silakan /undang penggantinya."
PAGE = 12

_COLUMNS = 2
_LEGEND = (
    "✅ bisa dihubungi pribadi · ⚪ belum membuka bot · ⚠️ tidak bisa dihubungi · ✖️ tanpa Telegram"
)
_OLD_LINK = "\nTautan sebelumnya untuk nama ini tidak berlaku lagi."
# Who made what was made on the server, as the store names them.
_SERVER = "command line"
_ASK_ADMIN = "Mintalah tautan baru kepada admin Siaga."
_TROUBLES: Final[Mapping[InviteTrouble, str]] = {
    InviteTrouble.UNKNOWN: f"Maaf, tautan ini tidak dikenal. {_ASK_ADMIN}",
    InviteTrouble.USED: (
        "Maaf, tautan ini sudah dipakai. Bila bukan oleh Anda, segera beri tahu admin Siaga."
    ),
    InviteTrouble.EXPIRED: f"Maaf, masa berlaku tautan ini sudah lewat. {_ASK_ADMIN}",
    InviteTrouble.OTHER_NAME: (
        "Akun Telegram ini sudah terdaftar atas nama {}. Bila keliru, hubungi admin Siaga."
    ),
    InviteTrouble.NAME_TAKEN: (
        "Nama {} sudah dipakai rekan yang masih aktif. Silakan pakai nama yang berbeda."
    ),
    InviteTrouble.BAD_NAME: "Maaf, nama ditulis dalam satu baris, 2 sampai 60 huruf.",
    InviteTrouble.LAST_ADMIN: "Maaf, {} admin terakhir. Jadikan rekan lain admin dahulu.",
    InviteTrouble.ALIKE: (
        "Sudah ada {} yang terdaftar. Bila orang yang sama, tulis namanya persis begitu; "
        "bila bukan, beri pembeda."
    ),
    InviteTrouble.NOBODY_LEAVES: f"Maaf, {{}} sudah tidak aktif di Siaga. {_ASK_ADMIN}",
}


def trouble(why: InviteTrouble, name: str | None) -> str:
    """Why an invitation cannot be made or used."""
    return _TROUBLES[why].format(clip(name or "itu", 60))


def known_already(person: Person) -> str:
    """The answer to somebody who opens their own used link again."""
    return f"Anda sudah terdaftar sebagai {clip(person.name, 60)}."


def role_menu() -> Message:
    """Whom to invite: the roles."""
    buttons = [Button(name, f"ud:{number}") for number, name in enumerate(ROLE_NAMES.values())]
    return Message("<b>Undang rekan</b>\nSebagai apa?", _in_columns(buttons))


def role_of(number: int) -> Role | None:
    """The role of a button of :func:`role_menu`."""
    roles = tuple(ROLE_NAMES)
    return roles[number] if number < len(roles) else None


def opd_menu(opds: Sequence[tuple[str, str]]) -> Message:
    """Which agency a contact answers for; ``opds`` as key and short name."""
    buttons = [Button(clip(name, 40), f"uo:0:{key}") for key, name in opds]
    return Message("<b>Undang kontak OPD</b>\nDari OPD mana?", _in_columns(buttons))


def name_question(role: Role, opd: str | None) -> Message:
    """Ask for the name of the one invited."""
    return Message(
        f"Siapa namanya? Ia akan menjadi <b>{escape(_as(frozenset({role}), opd))}</b>.\n"
        "Balas pesan ini dengan nama yang akan terbaca di kartu."
    )


def successor_question(old: Person, *, own: bool) -> Message:
    """Ask who takes over from somebody."""
    whom = "Anda" if own else f"<b>{escape(clip(old.name, 60))}</b>"
    return Message(
        f"Siapa yang menggantikan {whom}? Balas pesan ini dengan namanya.\n"
        f"Peran {escape(_as(old.roles, old.opd))} dan isu yang ditangani berpindah begitu "
        f"pengganti membuka tautannya. Saat itu juga akses{' Anda' if own else 'nya'} berakhir."
    )


def invitation(
    invite: Invite, link: str, zone: ZoneInfo, now: datetime, *, again: bool = False
) -> Message:
    """The link, for whoever sends it on; ``again``: one before it is void now."""
    name = escape(clip(invite.name, 60))
    head = f"Undangan untuk <b>{name}</b>"
    if invite.replaces:
        head = f"Serah terima dari {escape(clip(invite.replaces, 60))} kepada <b>{name}</b>"
    return Message(
        f"{head}\n{escape(_as(invite.roles, invite.opd))}\n\n{escape(link)}\n\n"
        "Kirim tautan ini hanya kepada yang bersangkutan. Berlaku sekali, "
        f"sampai {clock(invite.until_at, zone, now)}."
        f"{_OLD_LINK if again else ''}"
    )


def welcome(person: Person) -> Message:
    """The first words to somebody who joined."""
    return Message(
        f"Selamat bergabung, <b>{escape(clip(person.name, 60))}</b>.\n"
        f"Peran Anda: {escape(_as(person.roles, person.opd))}.\n"
        "/bantuan cara memakai Siaga"
    )


def joined(person: Person, by: str) -> str:
    """News for admins: somebody joined."""
    invited = "dari komputer server" if by == _SERVER else f"oleh {escape(clip(by, 60))}"
    return (
        f"<b>{escape(clip(person.name, 60))}</b> bergabung sebagai "
        f"{escape(_as(person.roles, person.opd))}. Diundang {invited}."
    )


def moved_account(person: Person) -> str:
    """News for admins: the same person, another Telegram account."""
    return f"<b>{escape(clip(person.name, 60))}</b> kini memakai akun Telegram yang lain."


def handed_over(old: str, person: Person) -> str:
    """News for admins: somebody took over a role."""
    return (
        f"<b>{escape(clip(person.name, 60))}</b> menggantikan {escape(clip(old, 60))} sebagai "
        f"{escape(_as(person.roles, person.opd))}."
    )


def took_over(old: str, held: Sequence[tuple[int, str]]) -> str:
    """To the new one: what came along; ``held`` as number and name of each incident."""
    lines = [f"Anda menggantikan <b>{escape(clip(old, 60))}</b>."]
    if not held:
        return f"{lines[0]} Tidak ada isu yang sedang ditanganinya."
    lines += ["Isu yang kini Anda tangani:"]
    lines += [f"• {escape(clip(name, 60))} #{number}" for number, name in held]
    return "\n".join(lines)


def farewell(new: str) -> str:
    """To the old one."""
    return (
        f"Tugas Anda sudah diterima oleh <b>{escape(clip(new, 60))}</b>, dan akses Anda ke Siaga "
        "berakhir. Terima kasih atas kerja Anda selama ini."
    )


def handover_reason(old: str, new: str) -> str:
    """The reason of the event on the card of an incident."""
    return f"serah terima tugas dari {clip(old, 60)} kepada {clip(new, 60)}"


def successor_menu(me: Person, people: Sequence[Person], page: int) -> Message:
    """For admins: who leaves."""
    others = [person for person in _ranked(people) if person.name != me.name]
    shown = others[page * PAGE : (page + 1) * PAGE]
    buttons = [Button(clip(person.name, 40), f"st:{person.id}") for person in shown]
    own = (Button("Saya sendiri", f"st:{me.id}"),)
    rows = (own, *_in_columns(buttons), *_turning("sp", page, len(others)))
    return Message("<b>Serah terima tugas</b>\nSiapa yang digantikan?", rows)


def register(people: Sequence[Person], page: int) -> Message:
    """Active people by role, a page of them."""
    listed, lines = _ranked(people), list[str]()
    left = len(people) - len(listed)
    for person in listed[page * PAGE : (page + 1) * PAGE]:
        title = f"<b>{ROLE_NAMES[_first(person)] if person.roles else 'Tanpa peran'}</b>"
        if title not in lines:
            lines.append(title)
        lines.append(_line(person))
    gone = f"; {left} nonaktif" if left else ""
    head = f"<b>Orang yang terdaftar</b> ({len(listed)}{gone})"
    rows = ((Button("Nonaktifkan…", f"od:{page}"),), *_turning("op", page, len(listed)))
    return Message("\n".join([head, "", *lines, "", _LEGEND]), rows)


def removal_menu(people: Sequence[Person], page: int) -> Message:
    """Who shall lose all rights: the people of a page."""
    shown = _ranked(people)[page * PAGE : (page + 1) * PAGE]
    buttons = [Button(clip(person.name, 40), f"of:{person.id}") for person in shown]
    rows = (*_in_columns(buttons), (Button("Kembali", f"op:{page}"),))
    return Message("<b>Nonaktifkan</b>\nSiapa yang tidak bertugas lagi?", rows)


def removal_question(person: Person, held: int) -> Message:
    """The second step before somebody loses all rights."""
    name = escape(clip(person.name, 60))
    text = f"Nonaktifkan <b>{name}</b> ({escape(_as(person.roles, person.opd))})?"
    if held:
        text += f"\nIa masih menangani {held} isu. Agar tidak telantar, pakai /serahterima."
    yes = Button("Ya, nonaktifkan", f"oy:{person.id}")
    return Message(text, ((yes, Button("Batal", "op:0")),))


def removed(name: str) -> str:
    """The answer to a removal."""
    return f"{clip(name, 60)} sudah dinonaktifkan."


def _as(roles: frozenset[Role], opd: str | None) -> str:
    said = roles_named(roles) or "tanpa peran"
    return f"{said} ({clip(opd, 60)})" if opd and Role.OPD in roles else said


def _line(person: Person) -> str:
    more = [ROLE_NAMES[role] for role in ROLE_NAMES if role in person.roles][1:]
    parts = [f"{_mark(person)} {escape(clip(person.name, 60))}"]
    if person.opd:
        parts.append(escape(clip(person.opd, 40)))
    if more:
        parts.append(f"juga {', '.join(more)}")
    return " · ".join(parts)


def _mark(person: Person) -> str:
    if person.telegram_id is None:
        return "✖️"
    if person.unreachable is not None:
        return "⚠️"
    return "✅" if person.met else "⚪"


def _first(person: Person) -> Role:
    return next(role for role in ROLE_NAMES if role in person.roles)


def _ranked(people: Sequence[Person]) -> list[Person]:
    """Active people by their first role, then by name; those without a role last."""
    order = {role: number for number, role in enumerate(ROLE_NAMES)}

    def rank(person: Person) -> tuple[int, str]:
        return min((order[role] for role in person.roles), default=len(order)), person.name

    return sorted((person for person in people if person.active), key=rank)


def _turning(action: str, page: int, total: int) -> tuple[tuple[Button, ...], ...]:
    row = []
    if page > 0:
        row.append(Button("‹ Sebelumnya", f"{action}:{page - 1}"))
    if (page + 1) * PAGE < total:
        row.append(Button("Berikutnya ›", f"{action}:{page + 1}"))
    return (tuple(row),) if row else ()


def _in_columns(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[i : i + _COLUMNS]) for i in range(0, len(buttons), _COLUMNS))

"""Editable knowledge: how a change of a file under data/ comes to hold.

A change is wished for in a row, written into the file, then noted as done; dying in between means
that the next start, or the next tick, fulfils the wish. Everybody works with what the rows say, not
with what lies on the disk, so a file that somebody broke with an editor stops nothing. Words that
comments are read with count only after the stored history was read with them (``switching``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.editable import FILES, EditableFile, entries, line_of
from monitor.errors import ConfigError, Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages import knowledge as words
from monitor.records import Person
from monitor.steps.answer import Answer
from monitor.steps.switching import REMEMBERED
from monitor.steps.tools import Library, Tools, log
from monitor.store import knowledge_changes, people, serving
from monitor.store.connection import storable
from monitor.store.knowledge_changes import Change

_TAXONOMY = "taxonomy.toml"
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file shall say in place of what it says; checked, not yet wished for."""

    file: EditableFile
    before: str
    after: str
    undoes: int | None = None


def recover(db: Database, tools: Tools, now: datetime) -> None:
    """After a start: fulfil wishes, note what was written by hand, tell of what is broken."""
    library = tools.library
    if library is None:
        return
    fulfil(db, tools, now)
    broken = notice(db, library, now)
    for file, problem in broken.items():
        log.error("knowledge: %s: %s; what it said before goes on holding", file, problem)
        _tell(db, words.broken_by_hand(FILES[file], problem), now)
    if library.on_disk() == knowledge_changes.texts(db) and not library.known:
        library.known = knowledge_changes.newest_done(db)  # what was just loaded
    follow(db, tools, now)


def follow(db: Database, tools: Tools, now: datetime) -> int:
    """Take over what was changed since, here or by another process; 1 when there was something."""
    if tools.library is None:
        return 0
    fulfil(db, tools, now)
    fresh = take_over(db, tools)
    _read_with_it(db, now)
    return int(fresh)


def take_over(db: Database, tools: Tools) -> bool:
    """Work with what the rows say now; whether that was anything new. Writes nothing."""
    library = tools.library
    if library is None or library.known == (newest := knowledge_changes.newest_done(db)):
        return False
    library.known = newest
    try:
        tools.work_with(library.parts(knowledge_changes.texts(db)))
    except ConfigError as error:  # a file beside them is broken: the next start tells more
        log.error("knowledge: change %s: %s; what held before goes on holding", newest, error)
        return False
    log.info("knowledge: change %s holds", newest)
    return True


def fulfil(db: Database, tools: Tools, now: datetime) -> None:
    """Let files say what was wished for by a process that is gone, or still at it."""
    for change in knowledge_changes.waiting(db):
        assert tools.library is not None  # whoever wishes has one
        if _rewritten(db, tools.library, change):
            knowledge_changes.drop(db, change, now)
        else:
            _write(db, tools, change)


def notice(db: Database, library: Library, now: datetime) -> dict[str, str]:
    """Note what editors and updates wrote into the files; what is wrong of it, by file."""
    disk = library.on_disk()
    knowledge_changes.first_seen(db, disk, now)
    known = knowledge_changes.texts(db)
    other = {file: text for file, text in disk.items() if text != known[file]}
    wrong = dict.fromkeys(known.keys() - disk.keys(), words.CANNOT_BE_READ)
    good, found = _good(library, known, other)
    for file in good:
        knowledge_changes.written_by_hand(db, file, other[file], now)
    return wrong | found


def _good(
    library: Library, known: Mapping[str, str], other: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Which of the other texts may hold: all together, else each that is right by itself."""
    if not other or _problem(library, {**known, **other}) is None:
        return list(other), {}
    good: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for file, text in other.items():
        problem = _problem(library, {**known, **good, file: text})
        if problem is None:
            good[file] = text
        else:
            wrong[file] = problem
    return list(good), wrong


def propose(
    db: Database, tools: Tools, person: Person, file: EditableFile, text: str, now: datetime
) -> Proposal | Answer:
    """Whether a file may say this: a proposal to look at, or what is wrong with it and where."""
    library = _library_for(tools, person)
    if isinstance(library, Answer):
        return library
    fulfil(db, tools, now)
    notice(db, library, now)
    return _proposed(db, library, file, _tidy(text), None)


def undoing(
    db: Database, tools: Tools, person: Person, change_id: int, now: datetime
) -> Proposal | Answer:
    """The proposal that takes a change back, or why that cannot be."""
    library = _library_for(tools, person)
    if isinstance(library, Answer):
        return library
    fulfil(db, tools, now)
    notice(db, library, now)
    change = knowledge_changes.get(db, change_id)
    if change is None or change.before is None or change.state != knowledge_changes.DONE:
        return Answer(answers.GONE)
    newest = next(
        one
        for one in knowledge_changes.every(db, 100, change.file)
        if one.state == knowledge_changes.DONE
    )
    if newest.id != change.id:
        return Answer(words.undo_later_first(newest.id, newest.person))
    return _proposed(db, library, FILES[change.file], change.before, change.id)


def _proposed(
    db: Database, library: Library, file: EditableFile, text: str, undoes: int | None
) -> Proposal | Answer:
    known = knowledge_changes.texts(db)
    if file.path not in known:
        return Answer(words.NO_FILE)
    if text == known[file.path]:
        return Answer(words.NOTHING_NEW)
    wrong = _wrong(library, known, file, text)
    return wrong or Proposal(file, known[file.path], text, undoes)


def apply(
    db: Database, tools: Tools, person: Person, proposal: Proposal, why: str, now: datetime
) -> Answer:
    """Let a proposal hold: the wish, the file, the note that it is done."""
    library = _library_for(tools, person)
    if isinstance(library, Answer):
        return library
    why = " ".join(storable(why).split())
    if not why:
        return Answer(words.WHY_NEEDED, again=True)
    file = proposal.file
    wrong = _wrong(library, knowledge_changes.texts(db), file, proposal.after)
    if wrong is not None:
        return wrong
    said = (proposal.before, proposal.after)
    try:
        change = knowledge_changes.want(db, file.path, said, person.name, why, now, proposal.undoes)
    except Refused as refused:
        return Answer(words.changed_meanwhile(refused.holder))
    tools.boundary("knowledge:after-wish")
    try:
        _write(db, tools, change)
    except ConfigError as error:
        log.error("%s", error)
        knowledge_changes.drop(db, change, now)
        return Answer(words.CANNOT_BE_WRITTEN)
    follow(db, tools, now)
    return Answer(words.holds(change.id, reads=file.reads), done=True)


def _write(db: Database, tools: Tools, change: Change) -> None:
    assert tools.library is not None  # whoever wishes has one
    tools.library.write(change.file, change.after)
    tools.boundary("knowledge:after-file")
    knowledge_changes.finish(db, change.id)
    tools.boundary("knowledge:after-done")


def _rewritten(db: Database, library: Library, change: Change) -> bool:
    """Whether somebody wrote something else, and right, into the file after the wish."""
    text = library.on_disk().get(change.file)
    if text is None or text in (change.before, change.after):
        return False
    known = knowledge_changes.texts(db)
    return _problem(library, {**known, change.file: text}) is None


def _read_with_it(db: Database, now: datetime) -> None:
    """Let the history be read with the newest words, once; a rollback is not undone by this."""
    revision, serves = knowledge_changes.revision(db), serving.now_serving(db)
    if not revision or serves is None or knowledge_changes.was_wanted(db, revision):
        return
    change = knowledge_changes.get(db, revision)
    assert change is not None  # the newest of them
    model, under_way = knowledge_changes.model_of(serves.version), serving.reading(db)
    if under_way is not None:
        if knowledge_changes.model_of(under_way.version) != model:
            return  # another model comes first; it will be read with these words behind it
        serving.stop(db, under_way.id, change.person, words.OVERTAKEN, now)
    version = knowledge_changes.label(model, revision)
    try:
        serving.want(db, version, change.person, now - REMEMBERED, now)
    except Refused as error:
        log.info("%s", error)


def _library_for(tools: Tools, person: Person) -> Library | Answer:
    if not allowed(person.roles, Action.TEACH):
        return Answer(answers.not_allowed(roles_for(Action.TEACH)))
    return tools.library or Answer(words.NOT_HERE)


def _wrong(
    library: Library, known: Mapping[str, str], file: EditableFile, text: str
) -> Answer | None:
    """What is wrong with a text, with its line and what is accepted."""
    if len(text) > MOST_CHARACTERS:
        return Answer(words.too_long(file, MOST_CHARACTERS))
    if file.path == _TAXONOMY:
        had, has = ({one.key for one in entries(file, said)} for said in (known[_TAXONOMY], text))
        if had - has:
            return Answer(words.issue_gone(sorted(had - has)), again=True)
    problem = _problem(library, {**known, file.path: text})
    if problem is None:
        return None
    line, lines = line_of(file, text, problem), text.splitlines()
    shown = lines[line - 1] if line and line <= len(lines) else ""
    return Answer(words.wrong(file, line, shown, problem), again=True)


def _problem(library: Library, texts: Mapping[str, str]) -> str | None:
    try:
        library.parts(texts)
    except ConfigError as error:
        return str(error)
    return None


def _tidy(text: str) -> str:
    """As files are written: line ends of one kind, the last line ended, nothing unstorable."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def _tell(db: Database, text: str, now: datetime) -> None:
    chats = [chat for admin in people.admins(db) if (chat := people.reach(db, admin)) is not None]
    with db.atomic():
        for chat in chats:
            people.tell(db, chat, text, now)

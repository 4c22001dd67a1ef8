"""What the notebooks share: where things lie, tables, notes, colours, and asking politely.

For the notebooks only; nothing in ``monitor`` knows it. It writes nothing into the project: the
database is read from a copy that is thrown away, pictures and models go where the notebook says.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from monitor.classify.embed import Mode
from monitor.classify.explain import Explanation
from monitor.classify.model_files import Model, load, serving
from monitor.config import Settings, load_settings
from monitor.errors import MonitorError
from monitor.records import Sentiment
from monitor.store import open_store, predictions
from monitor.training.dataset import Example, Labelled

ROOT = Path(__file__).resolve().parent.parent
INK, SOFT, FAINT, BLUE = "#1f2933", "#616e7c", "#e4e7eb", "#2166ac"
TONES = {Sentiment.NEGATIF: "#c8553d", Sentiment.NETRAL: "#b8c0c8", Sentiment.POSITIF: "#2a7f9e"}
LANGUAGE_NAMES = {
    "id": "Indonesia",
    "bjn": "Banjar",
    "nij": "Ngaju",
    "jv": "Jawa",
    "su": "Sunda",
    "en": "Inggris",
    "mixed": "campuran",
}
KIND_NAMES = {
    "comparison": "perbandingan",
    "completion": "selesai dan belum",
    "double_negation": "dua kata sangkal",
    "expectation": "harapan",
    "irony": "sindiran",
    "negation": "kata sangkal",
    "particle": "kata kecil (harusnya, coba, percuma)",
    "restoration": "pulih kembali",
    "scope": "jangkauan kata sangkal",
    "without": "tanpa",
    "chat": "obrolan",
    "condolence": "dukacita",
    "emoji": "emoji saja",
    "gambling": "judi",
    "greeting": "salam",
    "jest": "gurauan",
    "other": "lain-lain",
    "reply": "jawaban singkat",
    "seller": "jualan",
    "tag": "menandai teman",
}
# Blue speaks for an answer and orange against it: told apart by people who see no red or green.
_FOR, _AGAINST = "33, 102, 172", "230, 125, 34"

plt.rcParams.update(
    {
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#9aa5b1",
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
    }
)


def settings() -> Settings:
    """The configuration: the file that SIAGA_CONFIG names, else the project's own."""
    return load_settings(Path(os.environ.get("SIAGA_CONFIG") or ROOT / "config.toml"))


def number(value: float, digits: int = 2) -> str:
    """A number as Indonesians write it: 1.234 and 0,75."""
    told = f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"
    return told.translate(str.maketrans(",.", ".,"))


def percent(part: float, whole: float = 1.0) -> str:
    """A share as whole percent; "-" of nothing."""
    return f"{round(100 * part / whole)} %" if whole else "-"


def note(text: str) -> None:
    """Some lines of Markdown."""
    display(Markdown(text))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "Tidak ada.") -> None:
    """A small table; numbers stand right, ``HTML`` cells stay as they are, long texts wrap."""
    rows = [list(row) for row in rows]
    if not rows:
        note(empty)
        return
    edge = "padding:3px 10px;vertical-align:top;white-space:normal;max-width:44em;"
    told = [_line("th", head, rows[0], edge + "border-bottom:1px solid #9aa5b1;")]
    told += [_line("td", row, row, edge) for row in rows]
    plain = "\n".join("\t".join(_plain(cell) for cell in row) for row in [head, *rows])
    body = f'<table style="border-collapse:collapse;margin-bottom:1em">{"".join(told)}</table>'
    display({"text/html": body, "text/plain": plain}, raw=True)


def _line(tag: str, cells: Sequence[object], like: Sequence[object], style: str) -> str:
    found = []
    for cell, model in zip(cells, like, strict=True):
        side = "right;white-space:nowrap" if _is_number(model) else "left"
        inside = cell.data if isinstance(cell, HTML) else escape(_plain(cell))
        found.append(f'<{tag} style="{style}text-align:{side}">{inside}</{tag}>')
    return f"<tr>{''.join(found)}</tr>"


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) or str(cell).removesuffix(" %").replace(",", "").isdigit()


def _plain(cell: object) -> str:
    if isinstance(cell, HTML):
        return str(cell.metadata or "")
    return number(cell) if isinstance(cell, int | float) else str(cell)


def coloured(why: Explanation) -> HTML:
    """The words of a text: blue spoke for the answer, orange against it; darker is stronger."""
    most = max([abs(weight) for _, weight in why.tokens] or [1.0]) or 1.0
    words = [
        f'<span style="background:rgba({_FOR if weight > 0 else _AGAINST},'
        f'{0.75 * abs(weight) / most:.2f});padding:1px 3px;border-radius:3px">{escape(word)}</span>'
        for word, weight in why.tokens
    ]
    return HTML(" ".join(words), metadata=" ".join(word for word, _ in why.tokens))


def sampled(texts: Sequence[Example], size: int | None, turn: int = 0) -> list[Example]:
    """At most ``size`` texts, evenly from all files; another ``turn`` takes others. None: all."""
    step = max(-(-len(texts) // size), 1) if size else 1
    return list(texts[turn % step :: step])


def shares(axes: Axes, names: Sequence[str], counts: Mapping[str, Sequence[int]], colours) -> None:
    """Lying bars, one per name, made of parts."""
    left = [0] * len(names)
    for part, values in counts.items():
        axes.barh(names, values, left=left, color=colours[part], label=part, height=0.72)
        left = [before + value for before, value in zip(left, values, strict=True)]
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)


def keep(figure: Figure, folder: Path, name: str) -> None:
    """Store a picture in the working folder and show it here."""
    figure.savefig(folder / name)
    plt.show()


def working_folder(wanted: str | Path | None) -> Path:
    """The folder that the trainer names (made when missing), else a temporary one."""
    if wanted is None:
        return Path(tempfile.mkdtemp(prefix="siaga-"))
    folder = Path(wanted).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def places_of(training: Path) -> dict[str, str]:
    """Where each training text stands: file and line, to find it again."""
    found: dict[str, str] = {}
    for path in sorted(training.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                found.setdefault(row["text"].strip(), f"{path.name} baris {reader.line_num}")
    return found


def write_csv(path: Path, texts: Iterable[Example]) -> Path:
    """Texts as a labelled CSV, as ``siaga evaluate`` reads it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "sentiment", "issue", "intent", "urgent", "language"])
        for one in texts:
            urgent = "" if one.urgent is None else ("tidak", "ya")[one.urgent]
            cells = (one.text, one.sentiment, one.issue, one.intent, urgent, one.language)
            writer.writerow(["" if cell is None else str(cell) for cell in cells])
    return path


def serving_model(found: Settings) -> Model | None:
    """The model that serves; None, with a note, when there is none that can be read."""
    try:
        return load(serving(found.models))
    except MonitorError as error:
        note(
            "**Model yang sedang dipakai belum dapat dibaca**, jadi bagian ini dilewati. "
            "Buku ini tetap dapat dijalankan sampai selesai.\n\n"
            f"Keterangan untuk pengelola server: `{error}`"
        )
        return None


def office_labels(found: Settings) -> list[Labelled]:
    """What people corrected in the bot; empty, with a note, when there is nothing to read."""
    if not found.database.is_file():
        note("Basis data kantor belum ada di sini, jadi belum ada label dari kantor.")
        return []
    try:
        labels = _labels_of_copy(found.database)
    except (MonitorError, sqlite3.Error) as error:
        note(f"Basis data kantor belum dapat dibaca, jadi dilewati. Keterangan: `{error}`")
        return []
    if not labels:
        note("Basis data sudah ada, tetapi belum ada label yang diperbaiki di bot.")
    return labels


def _labels_of_copy(database: Path) -> list[Labelled]:
    """Read a copy, so that the running service is never locked, upgraded or changed."""
    with tempfile.TemporaryDirectory(prefix="siaga-") as folder:
        copy = Path(folder) / "copy.db"
        # Without a journal beside it nobody writes, and SQLite is told to leave no file there.
        journal = database.with_name(f"{database.name}-wal").exists()
        mode = "mode=ro" if journal else "immutable=1"
        source = sqlite3.connect(f"{database.resolve().as_uri()}?{mode}", uri=True)
        target = sqlite3.connect(copy)
        try:
            source.backup(target)
        finally:
            source.close()
            target.close()
        db = open_store(copy)
        try:
            return predictions.labelled_texts(db)
        finally:
            db.close()


def embedding_mode(wanted: bool) -> Mode:
    """Sentence vectors where they are installed and wanted."""
    return "auto" if wanted else "off"

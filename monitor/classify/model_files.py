"""A model as a folder of plain numbers, and the pointer to the one that serves.

::

    models/CURRENT                 the serving version, then those that served before, a line each
    models/<version>/model.json    format, classes, temperatures, training summary, checksums
    models/<version>/features.npz  words, pieces, roots, rules and rarity
    models/<version>/<head>.npz    weights (float16) and bias: sentiment, issue, intent, ...
    models/<version>/embed.npz     the heads on sentence vectors; may be missing
    models/<version>/card.md, *.png   for people

Layer 2. Nothing here runs code from a file (no pickle), and nothing holds a clock: the same model
is written as the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.embed import ENGINE
from monitor.classify.features import Floats, Vocabulary
from monitor.classify.heads import Head
from monitor.errors import ModelError

FORMAT = 2
HEADS = ("sentiment", "issue", "intent", "urgent", "language")
"""The questions that every model answers."""

POINTER = "CURRENT"
_ABOUT, _FEATURES, _VECTORS = "model.json", "features.npz", "embed.npz"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# The earliest date that a zip file can tell.
_NO_DATE = (1980, 1, 1, 0, 0, 0)

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learned. ``vectors`` are the heads on sentence vectors, empty without them.

    ``urgent_from`` is the least probability that counts as urgent: by words, and with vectors.
    """

    version: str
    vocabulary: Vocabulary
    heads: Mapping[str, Head]
    vectors: Mapping[str, Head]
    urgent_from: tuple[float, float]
    training: Mapping[str, Any] = field(default_factory=dict)


def save(model: Model, folder: Path, papers: Mapping[str, bytes]) -> None:
    """Write a new model folder; half a folder never bears the version's name.

    ``papers`` are files for people: the card, pictures.

    Raises:
        ModelError: the name is no version name, stands already, or cannot be written.
    """
    require_new(folder, model.version)
    files = _files(model)
    about = _about(model, {name: sha256(body).hexdigest() for name, body in files.items()})
    files[_ABOUT] = (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()
    try:
        _write(folder, files | dict(papers))
    except OSError as error:
        raise ModelError(f"model: {folder}: cannot be written: {error}") from error


def require_new(folder: Path, version: str) -> None:
    """Whether a model may be written here, asked before the long work of making it.

    Raises:
        ModelError: the name is no version name, or the folder stands already.
    """
    if not _VERSION.fullmatch(version):
        raise ModelError(f"model: {version!r}: accepted: letters, digits, dots, dashes")
    if folder.exists():
        raise ModelError(f"model: {folder}: exists already; choose another version name")


def part_folder(folder: Path) -> Path:
    """Where a model folder grows before it bears its name."""
    return folder.with_name(f".{folder.name}.part")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    growing = part_folder(folder)
    growing.mkdir(parents=True, exist_ok=True)
    for old in growing.iterdir():
        old.unlink()
    for name, body in files.items():
        (growing / name).write_bytes(body)
    growing.rename(folder)


def _files(model: Model) -> dict[str, bytes]:
    vocabulary = model.vocabulary
    files = {
        _FEATURES: packed(
            {
                "words": _bytes_of(vocabulary.words),
                "pieces": _bytes_of(vocabulary.pieces),
                "roots": _bytes_of(vocabulary.roots),
                "rules": _bytes_of(vocabulary.rules),
                "rarity": vocabulary.rarity,
            }
        )
    }
    for name, head in model.heads.items():
        weights = head.weights.astype(np.float16)
        files[f"{name}.npz"] = packed({"weights": weights, "bias": head.bias})
    if model.vectors:
        parts: dict[str, NDArray[Any]] = {}
        for name, head in model.vectors.items():
            parts |= {f"{name}_weights": head.weights, f"{name}_bias": head.bias}
        files[_VECTORS] = packed(parts)
    return files


def _about(model: Model, sums: Mapping[str, str]) -> dict[str, Any]:
    def told(heads: Mapping[str, Head]) -> dict[str, Any]:
        return {
            name: {
                "classes": head.classes,
                "temperature": head.temperature,
                "share": head.share,
                "sure_from": head.sure_from,
            }
            for name, head in heads.items()
        }

    return {
        "format": FORMAT,
        "version": model.version,
        "heads": told(model.heads),
        "vectors": told(model.vectors),
        "vector_engine": ENGINE if model.vectors else None,
        "urgent_from": model.urgent_from,
        "training": model.training,
        "files": sums,
    }


def packed(arrays: Arrays) -> bytes:
    """Arrays as the bytes of an .npz file that are the same whenever they are written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, body.getvalue())
    return buffer.getvalue()


def _bytes_of(items: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(items).encode(), dtype=np.uint8)


def _items_of(array: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(array.tobytes().decode().split("\n")) if array.size else ()


def load(folder: Path) -> Model:
    """Read a model folder.

    Raises:
        ModelError: names the folder or file that is missing, damaged, or of another format.
    """
    about = _read_about(folder)
    try:
        sums: Mapping[str, str] = about["files"]
        features = _arrays(folder, _FEATURES, sums)
        vocabulary = Vocabulary(
            words=_items_of(features["words"]),
            pieces=_items_of(features["pieces"]),
            roots=_items_of(features["roots"]),
            rules=_items_of(features["rules"]),
            rarity=features["rarity"],
        )
        heads = {name: _head(folder, name, about) for name in HEADS}
        by_words, with_vectors = map(float, about["urgent_from"])
        model = Model(
            version=str(about["version"]),
            vocabulary=vocabulary,
            heads=heads,
            vectors=_vector_heads(folder, about) if about["vectors"] else {},
            urgent_from=(by_words, with_vectors),
            training=about["training"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"model: {folder / _ABOUT}: damaged: {error!r}") from error
    _check_sizes(model, folder)
    return model


def told_training(folder: Path) -> Mapping[str, Any]:
    """What a model tells of its training.

    Raises:
        ModelError: the folder or its ``model.json`` is missing, damaged or of another format.
    """
    found = _read_about(folder).get("training")
    return found if isinstance(found, dict) else {}


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / _ABOUT
    if not folder.is_dir():
        raise ModelError(f"model: {folder}: no such folder")
    try:
        about: dict[str, Any] = json.loads(_body(path))
    except ValueError as error:
        raise ModelError(f"model: {path}: damaged: {error}") from error
    found = about.get("format") if isinstance(about, dict) else None
    if not isinstance(found, int):
        raise ModelError(f"model: {path}: damaged: it names no format")
    if found > FORMAT:
        raise ModelError(
            f"model: {path}: format {found} is newer than this siaga reads ({FORMAT}); "
            "install a newer siaga, or roll back to an older model"
        )
    if found < FORMAT:
        raise ModelError(
            f"model: {path}: format {found} is older than this siaga reads ({FORMAT}); "
            "train it anew"
        )
    return about


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"model: {path}: missing") from error
    except OSError as error:
        raise ModelError(f"model: {path}: cannot be read: {error}") from error


def _arrays(folder: Path, name: str, sums: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    body = _body(folder / name)
    if sha256(body).hexdigest() != sums[name]:
        raise ModelError(f"model: {folder / name}: damaged: its checksum is not that of model.json")
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        return dict(archive)


def _head(folder: Path, name: str, about: Mapping[str, Any]) -> Head:
    arrays = _arrays(folder, f"{name}.npz", about["files"])
    weights = arrays["weights"].astype(np.float32)
    return _told_head(about["heads"][name], weights, arrays["bias"])


def _told_head(told: Mapping[str, Any], weights: Floats, bias: Floats) -> Head:
    return Head(
        classes=tuple(told["classes"]),
        weights=weights,
        bias=bias,
        temperature=float(told["temperature"]),
        share=float(told["share"]),
        sure_from=tuple(map(float, told["sure_from"])),
    )


def _vector_heads(folder: Path, about: Mapping[str, Any]) -> dict[str, Head]:
    arrays = _arrays(folder, _VECTORS, about["files"])
    return {
        name: _told_head(told, arrays[f"{name}_weights"], arrays[f"{name}_bias"])
        for name, told in about["vectors"].items()
    }


def _check_sizes(model: Model, folder: Path) -> None:
    """Refuse parts that do not belong together, before they give wrong answers."""
    told = model.vocabulary
    counted = len(told.words) + len(told.pieces) + len(told.roots)
    fitting = [len(model.vocabulary.rarity) == counted]
    fitting += [head.weights.shape[0] == len(model.vocabulary) for head in model.heads.values()]
    for head in (*model.heads.values(), *model.vectors.values()):
        fitting += [head.weights.shape[1] == len(head.classes) == len(head.bias)]
    if not all(fitting):
        raise ModelError(f"model: {folder}: damaged: its files do not fit each other")


def served(models: Path) -> tuple[str, ...]:
    """The serving version, then those that served before it, newest first; empty without any."""
    path = models / POINTER
    return tuple(_body(path).decode("utf-8", "replace").split()) if path.exists() else ()


def serving(models: Path) -> Path:
    """The folder of the serving model.

    Raises:
        ModelError: no model serves, or the folder that CURRENT names is missing.
    """
    names = served(models)
    if not names:
        raise ModelError(f"model: {models / POINTER}: missing; promote a version first")
    folder = models / names[0]
    if not _VERSION.fullmatch(names[0]) or not folder.is_dir():
        raise ModelError(f"model: {models / POINTER}: {names[0]}: no such folder")
    return folder


def load_serving(models: Path) -> tuple[Model, str | None]:
    """The serving model; when it cannot be read, the newest that served before and can, and why.

    Raises:
        ModelError: none can be read; tells what is wrong with the one that should serve.
    """
    try:
        return load(serving(models)), None
    except ModelError as error:
        for name in served(models)[1:]:
            if not _VERSION.fullmatch(name):
                continue
            try:
                return load(models / name), str(error)
            except ModelError:
                continue
        raise


def point_to(models: Path, names: tuple[str, ...]) -> None:
    """Let the first of ``names`` serve; readers see the old pointer or the new one, never half.

    Raises:
        ModelError: the pointer cannot be written.
    """
    fresh = models / f".{POINTER}.part"
    try:
        fresh.write_text("\n".join(names) + "\n", encoding="utf-8")
        fresh.replace(models / POINTER)
    except OSError as error:
        raise ModelError(f"model: {models / POINTER}: cannot be written: {error}") from error


def serve_first(models: Path, version: str) -> None:
    """Write a version in front of those that served before.

    Raises:
        ModelError: the pointer cannot be written.
    """
    point_to(models, (version, *(name for name in served(models) if name != version)))

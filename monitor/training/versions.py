"""The versions in a folder of models, and the pointer of a folder that no service uses.

Layer 3. In an office another model serves by ``steps.candidates.want`` alone, after it has read the
history: a pointer that is moved by hand is read at the next start and takes the same way. A version
that cannot be loaded never serves, so the previous one keeps serving.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.classify.model_files import load, point_to, serve_first, served
from monitor.errors import ModelError, Refused


@dataclass(frozen=True, slots=True)
class Version:
    """A model folder; ``trouble`` says why it cannot serve, None when it can."""

    name: str
    serving: bool
    trouble: str | None


def versions(models_dir: Path) -> tuple[Version, ...]:
    """All model folders by name."""
    now = served(models_dir)[:1]
    folders = sorted(path for path in models_dir.glob("[!.]*") if path.is_dir())
    return tuple(Version(path.name, (path.name,) == now, _trouble(path)) for path in folders)


def _trouble(folder: Path) -> str | None:
    try:
        load(folder)
    except ModelError as error:
        return str(error)
    return None


def serve_here(models_dir: Path, version: str) -> str | None:
    """Let a version serve in a folder without a store, a notebook's; which one did before, if any.

    Raises:
        ModelError: the version is missing, damaged or of another format.
        Refused: it serves already.
    """
    names = served(models_dir)
    if names[:1] == (version,):
        raise Refused(f"model: {version}: serves already")
    load(models_dir / version)
    serve_first(models_dir, version)
    return names[0] if names else None


def back_here(models_dir: Path) -> str:
    """Let the version serve that served before, in a folder without a store; its name.

    Raises:
        ModelError: that version is missing or damaged now.
        Refused: no version served before this one.
    """
    names = served(models_dir)
    if len(names) < 2:
        raise Refused("model: no version served before this one")
    load(models_dir / names[1])
    point_to(models_dir, names[1:])
    return names[1]

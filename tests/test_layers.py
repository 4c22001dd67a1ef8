"""Who may import whom: a part of Siaga knows itself and the parts below it, nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "monitor"

LAYERS = {
    0: ("records", "errors", "editable"),
    # platforms.base is the promise that platform files keep: records only, so the store may
    # name it. logs and progress know nothing of the project.
    1: (
        "calendar",
        "text",
        "spikes",
        "incidents",
        "replies",
        "messages",
        "logs",
        "progress",
        "platforms.base",
        "platforms.offer",
        "platforms.known",
    ),
    2: (
        "config_parts",
        "config",
        "knowledge",
        "store",
        "platforms",
        "telegram",
        "classify",
        "words",
        "wording",
    ),
    3: ("steps",),
    4: (
        "pipeline",
        "bot",
        "training",
        "reports",
        "web",
        "fleet",
        "imports",
        "texts",
        "connecting",
        "library",
        "night",
    ),
    5: ("app", "adding", "watching", "exports", "backups"),
    6: ("checks", "running", "stage", "promoting"),
    7: ("demo", "drill"),
    8: ("cli",),
    9: ("__main__",),
}
NUMBERS = {part: number for number, parts in LAYERS.items() for part in parts}
# The root package holds the version only; everybody may read it.
ROOT = "__init__"


def module_name(file: Path) -> str:
    """``monitor/store/audit.py`` as ``store.audit``."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == ROOT else parts)


MODULES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def part_of(module: str) -> str:
    """The entry of LAYERS that a module belongs to: the most exact one."""
    return module if module in NUMBERS else module.partition(".")[0]


def imported(tree: ast.AST, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Every module of the project that a file names, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ["monitor", *module.split(".")]
            up = node.level - 1 if is_package else node.level
            stem = base[: len(base) - up] if node.level else []
            source = ".".join([*stem, *filter(None, [node.module])])
            # "from monitor.store import audit" names a module, "from monitor.store import x" not.
            yield from (
                f"{source}.{alias.name}"
                if f"{source}.{alias.name}".removeprefix("monitor.") in MODULES
                else source
                for alias in node.names
            )


def project_imports(file: Path, module: str) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = imported(tree, module, is_package=file.name == "__init__.py")
    return {name.removeprefix("monitor.") for name in found if name.startswith("monitor.")}


def breaches(module: str, names: set[str]) -> list[str]:
    """The imports that go up or sideways."""
    own = part_of(module)
    package = module.partition(".")[0]
    return sorted(
        name
        for name in names
        if name.partition(".")[0] != package and NUMBERS[part_of(name)] >= NUMBERS[own]
    )


def test_every_module_has_its_layer() -> None:
    without = {name for name in MODULES if part_of(name) not in NUMBERS} - {ROOT}
    assert not without, f"add to LAYERS: {without}"


@pytest.mark.parametrize("module", [name for name in MODULES if name != ROOT])
def test_a_layer_imports_lower_layers_only(module: str) -> None:
    wrong = breaches(module, project_imports(MODULES[module], module))
    assert not wrong, f"{module} (layer {NUMBERS[part_of(module)]}) imports {wrong}"


def test_the_root_package_imports_nothing_of_the_project() -> None:
    assert not project_imports(MODULES[ROOT], ROOT)


def test_the_promise_of_platforms_names_records_only() -> None:
    names = project_imports(MODULES["platforms.base"], "platforms.base")
    assert {part_of(name) for name in names} <= {"records", "errors"}


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("spikes.tail", "from monitor.store import audit"),
        ("spikes.tail", "import monitor.config"),
        ("messages.card", "from ..replies import guard"),
        ("store", "from ..steps import judge"),
        ("store.audit", "if TYPE_CHECKING:\n    from monitor.pipeline import tick"),
        ("records", "def late():\n    from monitor.errors import Refused"),
        ("web.page", "from monitor.bot import handlers"),
        ("app", "from monitor import cli"),
    ],
)
def test_an_import_upwards_is_seen_wherever_it_hides(module: str, line: str) -> None:
    names = {
        name.removeprefix("monitor.")
        for name in imported(ast.parse(line), module, is_package=module == "store")
    }
    assert breaches(module, names)


def test_an_import_inside_a_package_is_no_breach() -> None:
    names = {"store.connection", "records", "platforms.base"}
    assert not breaches("store.audit", names)

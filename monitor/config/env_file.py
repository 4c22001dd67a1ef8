"""siaga.env beside config.toml: the secrets of an office that keeps them on its own disk.

Layer 2, pure but for :func:`read_env`. Lines ``NAME=value`` as systemd and a shell read them; the
real environment outranks them. No message ever repeats a line: it may be a secret without a name.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from monitor.errors import ConfigError

ENV_NAME = "siaga.env"
PREFIX = "SIAGA_"
_LINE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)")
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def env_file(config: Path) -> Path:
    """Where the secrets of a configuration file lie."""
    return config.resolve().parent / ENV_NAME


def variable(source: str, key: str) -> str:
    """The variable that holds a source's secret."""
    return f"{PREFIX}SOURCES__{source}__{key}".upper()


def read_env(path: Path) -> dict[str, str]:
    """The variables of a file, none if there is no file.

    Raises:
        ConfigError: others may read it, it is not readable or not text, or a line is no setting.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _OTHERS:
                raise ConfigError(
                    f"configuration: {path}: mode {mode:04o}: others may read the secrets in it; "
                    f"accepted: 0600: chmod 600 {path.name}"
                )
            return parse_env(file.read().decode("utf-8-sig"), path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"configuration: {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"configuration: {path}: not UTF-8 text") from None


def parse_env(text: str, path: Path) -> dict[str, str]:
    """The variables of a text; of a name that stands twice the last line holds.

    Raises:
        ConfigError: names the line's number.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, value = _setting(line.strip(), f"configuration: {path}: line {number}")
        found[name] = value
    return found


def _setting(line: str, where: str) -> tuple[str, str]:
    matched = _LINE.fullmatch(line)
    if matched is None:
        raise ConfigError(f"{where}: accepted: NAME=value, or a comment that begins with #")
    name, rest = matched[1].upper(), matched[2]
    if not name.startswith(PREFIX):
        # not named: the end of a pasted token can look like a name
        raise ConfigError(f"{where}: accepted: names that begin with {PREFIX}")
    if not rest.startswith(("'", '"')):
        return name, re.split(r"(?:^|\s+)#", rest, maxsplit=1)[0].rstrip()
    quoted = _QUOTED.match(rest)
    if quoted is None or not re.fullmatch(r"\s*(?:#.*)?", rest[quoted.end() :]):
        raise ConfigError(f"{where}: {name}: accepted: one pair of quotes around the whole value")
    if quoted[1] is not None:
        return name, quoted[1]
    return name, re.sub(r"\\(.)", r"\1", quoted[2])


def with_values(text: str, values: Mapping[str, str]) -> str:
    """A file's text with these variables set; its other lines stay as they are.

    Raises:
        ConfigError: a value holds a line break or another control character.
    """
    lines = text.splitlines(keepends=True)
    for name, value in values.items():
        if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", value):
            raise ConfigError(f"{name}: a line break or control character is not accepted")
        lines = [line for line in lines if _name(line) != name]
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines.append(f"{name}={_quoted(value)}\n")
    return "".join(lines)


def without(text: str, prefix: str) -> str:
    """A file's text without the variables that begin so."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not _name(line).startswith(prefix))


def _name(line: str) -> str:
    matched = _LINE.fullmatch(line.strip())
    return matched[1].upper() if matched else ""


def _quoted(value: str) -> str:
    """Single quotes, which a shell and systemd take literally too, where the value has none."""
    if "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""Writes a spreadsheet that the import of the same mapping reads back.

Layer 2. Every cell is text, so no spreadsheet takes one for a formula or rounds a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.errors import ConfigError
from monitor.platforms.file_mapping import FileMapping

_WIDTH = 28


def write_sheet(path: Path, mapping: FileMapping, rows: Sequence[Mapping[str, str]]) -> None:
    """Write rows of our names (``title``, ``text`` ...) under the mapping's first headers.

    Names that the mapping does not have are left out.

    Raises:
        ConfigError: the file is no .xlsx or cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"{path.name}: accepted: a name that ends in .xlsx")
    columns = {**mapping.columns, **mapping.extra}
    workbook = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet(mapping.name[:31])
    bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True})
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    for at, (field, aliases) in enumerate(columns.items()):
        sheet.write_string(0, at, aliases[0].title(), bold)
        for line, row in enumerate(rows, 1):
            sheet.write_string(line, at, row.get(field, ""), wrapped)
    try:
        workbook.close()
    except FileCreateError as error:
        raise ConfigError(f"{path}: cannot be written: {error}") from error

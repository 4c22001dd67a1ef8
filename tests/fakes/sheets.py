"""Writers of small spreadsheets and the common way of reading them back, for the file tests."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.platforms.file_mapping import FileMapping, load_mapping
from monitor.platforms.files import BadRow, read_file
from monitor.records import Comment

MAPPINGS = Path(__file__).parent.parent.parent / "data" / "mappings"
DEFAULT = load_mapping(MAPPINGS / "default.toml")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TEN_WIB = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)

# one row, 7 / 4 May 2026 10:00 / Jalan rusak, as Excel 97 writes it (BIFF8, packed)
XLS = (
    "c-rk)O=uHA6#izDG(V<k5)+{nLMT|Z7K(ULq1`CaRwbp1#UBLS+E64hkr)qp&}t2M5d=?)mqI;wse17TJ?PDYP|<"
    "@R2#JChPlAGnHtU<0T}h)t16rue7v{~I@6DTencv-gH5)2V-S4QN0sU~GYI@O9#|cVayATA~O;f6N?xAEVEGu|DG"
    "?6VXJZXLDmUAfQy8;dOoX<%DA1EEcDGcRv>G%?2JI7!M8ABgQfm_4`(9ThXSsrJ(lI2~l`IKdXnX4@OsBT#t#;iW"
    "nz1dpD2enSN1t8mf$Ug6w*@!4!$W?sdnyA%vVO!yZkzHnnnA4AG(1Z@8bLoOCM{!$j*<`XemFhi2hz|~KO{L0+(3"
    "DT(n;8eb+I#z1T=7fG3lRT(A@BYJ@1dz|<gaT^U;^eb-YO;d(dCpDCz3|dn8Ox0xdf~Lb|vF`@+Z@|qEVnFvfs#!"
    "j~iJ!yls-I>^8DSE?ziu+Q|6isn4fGaKS0j%Dcx;atv*(hj<SKDZsfqUtXt1hxMb(Oz_Q6yFb>*Kw;vd^dRQ|TQr"
    "sqO5Ln)V0npKUCnw2%LpxS%DaZ6ma=n_>s)4Q7xlA=@kU=;r>`Tu^m*^2Sm~p_p7fc4%DKqQTYU<hbf1lpzx++2N"
    "A!rBHzXeGb}p>5<~_^yU(Owm7PMkFtxK{E^YF16Vp%K6(GfpOnl)C^TQqo|*L=){5R(=fAsJm5BZSnIPYKzA;1=X"
    "~^=n}~;NeTu-PArPC@3f>C@3f>DEtn>dir))uLmyc>E3O9*O{kORi8=zTkJ!genonn+<_eB1)Oba{j7pZ*lmeL`q"
    "<wKB@R&U1!OSFab%iazw~w{>i^H89fN;w3pLw+wV62oasNL6<tE!h"
)


def read(path: Path, mapping: FileMapping = DEFAULT) -> tuple[list[Comment], list[BadRow]]:
    rows = list(read_file(path, mapping, NOW))
    good = [row for row in rows if isinstance(row, Comment)]
    return good, [row for row in rows if isinstance(row, BadRow)]


def table(tmp_path: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def column_name(number: int) -> str:
    return chr(ord("A") + number)


def cell(row: int, column: int, value: object) -> str:
    place = f"{column_name(column)}{row}"
    if isinstance(value, float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)) / timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    """A workbook of inline strings, numbers and dates; the least that Excel's format asks for."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{relations}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        f'ContentType="{kinds}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{relations}">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        f'<Relationship Id="s" Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{space}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for number, rows in zip(numbers, sheets, strict=True):
        body = "".join(
            f'<row r="{r}">{"".join(cell(r, c, v) for c, v in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def ods(path: Path, rows: list[list[str]]) -> Path:
    """An OpenDocument table of texts."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
            for v in row
        )
        + "</table:table-row>"
        for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", kind)
        packed.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        packed.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}:office:1.0" '
            f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0">'
            f'<office:body><office:spreadsheet><table:table table:name="S1">{cells}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path

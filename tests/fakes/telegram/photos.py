"""Width and height of a PNG or JPEG from its bytes, and the sizes that Telegram makes of it.

No imaging library: a truncated or damaged picture must be noticed by the same bytes that a
phone would get. Sizes are boxes that the picture is fitted into, as the service does.
"""

import struct
import zlib

from .checks import bad_request

SIDES_LIMIT = 10_000
RATIO_LIMIT = 20
BYTES_LIMIT = 10 * 1024 * 1024
_BOXES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280))
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


def checked_dimensions(data: bytes) -> tuple[int, int]:
    """(width, height) of a picture that the service would take; raises a 400 Refusal."""
    if len(data) > BYTES_LIMIT:
        raise bad_request("file is too big: a photo has at most 10 MB")
    try:
        width, height = dimensions(data)
    except (ValueError, struct.error, IndexError) as e:
        raise bad_request("IMAGE_PROCESS_FAILED") from e
    if width + height > SIDES_LIMIT or max(width, height) > RATIO_LIMIT * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def dimensions(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels; raises ValueError when this is no whole PNG or JPEG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = _png(data)
    elif data.startswith(b"\xff\xd8"):
        width, height = _jpeg(data)
    else:
        raise ValueError("neither PNG nor JPEG")
    if width < 1 or height < 1:
        raise ValueError("no pixels")
    return width, height


def _png(data: bytes) -> tuple[int, int]:
    size = (0, 0)
    at = 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 4 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(body) != checksum:
            raise ValueError("damaged chunk")
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, at + 8)
        if kind == b"IEND":
            return size
        at += 12 + length


def _jpeg(data: bytes) -> tuple[int, int]:
    if not data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise ValueError("no end marker")
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
    raise ValueError("no frame")


def fitted_sizes(width: int, height: int) -> list[tuple[str, int, int]]:
    """(letter, width, height) of the sizes offered, smallest first; never enlarged."""
    sizes = []
    longest = max(width, height)
    for letter, box in _BOXES:
        scale = min(1.0, box / longest)
        sizes.append((letter, max(1, round(width * scale)), max(1, round(height * scale))))
        if longest <= box:
            break
    return sizes

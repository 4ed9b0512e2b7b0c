"""Reads a QR picture as a phone does, with a reader that is not the writer's: ZXing."""

import struct
import zlib

import numpy as np
import zxingcpp

from tests.documents.pictures import chunks_of

Grey = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""A picture, a byte a pixel."""


def read(grey: Grey) -> str:
    """The text of the one code in a picture. ValueError if there is none, or more than one."""
    (found,) = zxingcpp.read_barcodes(grey)
    return str(found.text)


def pixels(png: bytes) -> Grey:
    """A picture of one bit a pixel as grey values (PNG specification, 7 to 9; filters 0 and 2 only)."""
    chunks = chunks_of(png)
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (1, 0), "one bit of grey"
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert set(rows[:, 0].tolist()) <= {0, 2}
    lines = [rows[0, 1:]]
    for row in rows[1:]:
        lines.append(row[1:] + lines[-1] if row[0] == 2 else row[1:])
    return np.unpackbits(np.array(lines), axis=1)[:, :width] * np.uint8(255)

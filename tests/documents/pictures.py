"""Reads a PNG of eight bits a channel back into its pixels, with a reader that is not the writer's."""

import struct
import zlib

import numpy as np

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
"""Rows, columns, channels (red, green, blue, perhaps alpha)."""


def chunks_of(png: bytes) -> dict[bytes, bytes]:
    """The contents of a picture by the name of their chunk (PNG specification, 5)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, place = dict[bytes, bytes](), 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        name = png[place + 4 : place + 8]
        chunks[name] = chunks.get(name, b"") + png[place + 8 : place + 8 + size]
        place += size + 12
    return chunks


def pixels(png: bytes) -> Pixels:
    """PNG specification, 7 to 9; every filter, not interlaced."""
    chunks = chunks_of(png)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    channels = {2: 3, 6: 4}[colour]
    assert (depth, interlaced) == (8, 0)
    data = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * channels)
    before = np.zeros(width * channels, np.uint8)
    rows = []
    for line in data:
        before = _unfiltered(int(line[0]), line[1:].copy(), before, channels)
        rows.append(before)
    return np.array(rows).reshape(height, width, channels)


def _unfiltered(kind: int, line: "np.ndarray[tuple[int], np.dtype[np.uint8]]",
                above: "np.ndarray[tuple[int], np.dtype[np.uint8]]", step: int,
                ) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":  # fmt: skip
    if kind == 0:
        return line
    if kind == 2:
        return line + above
    out = line.astype(np.int32)
    up = above.astype(np.int32)
    for number in range(len(out)):
        left = out[number - step] if number >= step else 0
        corner = up[number - step] if number >= step else 0
        if kind == 1:
            add = left
        elif kind == 3:
            add = (left + up[number]) // 2
        else:
            add = min((left, up[number], corner), key=lambda one: abs(left + up[number] - corner - one))
        out[number] = (out[number] + add) & 0xFF
    return out.astype(np.uint8)


def width_of(png: bytes) -> int:
    """Width in pixels."""
    return int(struct.unpack(">I", png[16:20])[0])


def runs_of(picture: Pixels, colour: tuple[int, int, int]) -> list[int]:
    """Lengths of the bars of a colour: of each block of rows that hold it, its longest run."""
    hit = (picture[:, :, :3] == np.array(colour, np.uint8)).all(axis=2)
    counts = hit.sum(axis=1)
    bars, longest = [], 0
    for count in [*counts.tolist(), 0]:
        if count:
            longest = max(longest, count)
        elif longest:
            bars.append(longest)
            longest = 0
    return bars

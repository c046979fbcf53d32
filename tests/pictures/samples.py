"""Pictures and what only says that it is one, made as bytes by each test that wants them."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

SVG = b"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>"""
HTML = b"<!doctype html><title>Hello</title><script>alert(1)</script>"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the bytes of a picture in some format."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return the picture in some bytes, read to its end."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def plain(width: int = 60, height: int = 40, colour: str = "red") -> Image.Image:
    """Return a picture of one colour."""
    return Image.new("RGB", (width, height), colour)


def screenshot(width: int = 1280, height: int = 800) -> Image.Image:
    """Return something like a screenshot: letters and edges, few colours."""
    image = Image.new("RGB", (width, height), "#f5f5f7")
    draw = ImageDraw.Draw(image)
    for line, top in enumerate(range(10, height - 20, 24)):
        draw.text((20, top), f"{line} wifi lost at 3:0{line % 10}, channel scan " * 4, fill="#222")
    return image


def photograph(width: int = 1600, height: int = 1200) -> Image.Image:
    """Return something like a photograph: soft shapes and some noise, many colours."""
    bands = [
        Image.effect_noise((width // 40, height // 40), 120).resize((width, height))
        for _band in range(3)
    ]
    grain = Image.effect_noise((width, height), 12).convert("RGB")
    return Image.blend(Image.merge("RGB", bands), grain, 0.2)


def png_bomb(width: int, height: int) -> bytes:
    """Return a small PNG that says it is large: its lines are zeros, packed well."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(5_000_000), 9))
        + _chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """Return a PNG with a note that unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(1000)) + packer.flush()
    note = _chunk(b"zTXt", b"note\x00\x00" + packed)
    whole = saved(plain(), "PNG")
    return whole[:33] + note + whole[33:]


def webp_bomb() -> bytes:
    """Return the head of a WebP as large as one can say it is."""
    head = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + (16382).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", len(head)) + head


def gif_bomb() -> bytes:
    """Return a GIF of a few bytes whose only frame is as large as one can say it is."""
    side = struct.pack("<HH", 65000, 65000)
    return (
        b"GIF89a" + side + b"\x80\x00\x00" + bytes(3) + b"\xff" * 3
        + b"," + bytes(4) + side + b"\x00\x02\x02D\x01\x00;"
    )  # fmt: skip


def scan_bomb(scans: int) -> bytes:
    """Return a small JPEG that is painted over and over: each scan costs a walk over it all."""
    whole = saved(plain(3000, 3000), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def with_secrets() -> bytes:
    """Return a photograph that says where it was taken, with what and by whom, in every way."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"  # Make
    exif[0x013B] = "Secret Author"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # GPSLatitude
    exif.get_ifd(0x8825)[29] = "2026:11:22"  # GPSDateStamp
    return saved(
        plain(),
        "JPEG",
        exif=exif,
        comment=b"SecretComment",
        xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>",
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

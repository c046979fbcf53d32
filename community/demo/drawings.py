"""What the demonstration's pictures show, drawn when it is loaded so that no file is kept."""

import random
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]

INK: Colour = (31, 41, 55)
FAINT: Colour = (107, 114, 128)
LINE: Colour = (209, 213, 219)
PAPER: Colour = (255, 255, 255)
GROUND: Colour = (243, 244, 246)
BRAND: Colour = (30, 64, 120)
RED: Colour = (196, 43, 43)
GREEN: Colour = (22, 128, 84)

DEVICES = (
    ("Living room TV", "192.168.50.12"),
    ("Dwayne's phone", "192.168.50.23"),
    ("Printer", "192.168.50.31"),
    ("Console", "192.168.50.40"),
    ("Doorbell", "192.168.50.52"),
)


def network_map() -> bytes:
    """Draw the app's list of devices, all of which it takes for gone."""
    image = Image.new("RGB", (720, 560), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 720, 76), fill=BRAND)
    _say(draw, (32, 22), "Network map", 28, PAPER)
    _say(draw, (560, 28), "App 4.8.0", 20, PAPER)
    for place, (name, address) in enumerate(DEVICES):
        top = 96 + 90 * place
        draw.rounded_rectangle((24, top, 696, top + 78), 12, fill=PAPER, outline=LINE)
        draw.ellipse((48, top + 27, 72, top + 51), fill=RED)
        _say(draw, (96, top + 14), name, 22)
        _say(draw, (96, top + 44), address, 18, FAINT)
        _say(draw, (460, top + 28), "last seen in 56 years", 20, RED)
    return _as_png(image)


def shaping() -> bytes:
    """Draw the router's settings for traffic, as the update leaves them."""
    image = Image.new("RGB", (900, 520), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 900, 64), fill=BRAND)
    _say(draw, (32, 18), "Network  >  Traffic  >  Shaping", 24, PAPER)
    draw.rounded_rectangle((32, 96, 868, 488), 12, fill=PAPER, outline=LINE)
    _say(draw, (64, 126), "Shape traffic", 24)
    draw.rounded_rectangle((420, 122, 484, 156), 17, fill=GREEN)
    draw.ellipse((453, 125, 481, 153), fill=PAPER)
    for place, label in enumerate(("Line speed, down", "Line speed, up")):
        top = 184 + 76 * place
        _say(draw, (64, top + 12), label, 24)
        draw.rounded_rectangle((420, top, 600, top + 52), 8, outline=RED, width=3)
        _say(draw, (440, top + 12), "0", 24)
        _say(draw, (620, top + 14), "Mbit/s", 22, FAINT)
    _say(draw, (64, 348), "Low delay for", 24)
    draw.rounded_rectangle((420, 336, 760, 388), 8, outline=LINE, width=2)
    _say(draw, (440, 348), "Console", 24)
    draw.polygon(((722, 356), (742, 356), (732, 370)), fill=FAINT)
    draw.rounded_rectangle((420, 416, 560, 466), 8, fill=BRAND)
    _say(draw, (458, 428), "Apply", 24, PAPER)
    return _as_png(image)


def router_label() -> bytes:
    """Draw a hurried photo of the label below a router: dim, askew and not quite sharp."""
    table = _grain(Image.linear_gradient("L").resize((1280, 960)))
    image = Image.merge(
        "RGB", [table.point(lambda level, k=k: k + level // 4) for k in (92, 70, 52)]
    )
    case = Image.new("RGBA", (980, 660), (0, 0, 0, 0))
    draw = ImageDraw.Draw(case)
    draw.rounded_rectangle((0, 0, 979, 659), 60, fill=(38, 40, 44, 255))
    for slot in range(12):
        draw.rounded_rectangle((120 + 62 * slot, 50, 152 + 62 * slot, 150), 12, fill=(22, 23, 26))
    _draw_label(draw)
    case = case.rotate(-4, resample=Image.Resampling.BICUBIC, expand=True)
    image.paste(case, (130, 120), case)
    light = Image.radial_gradient("L").resize((1280, 960)).point(lambda level: 255 - level // 2)
    image = ImageChops.multiply(image, Image.merge("RGB", [light] * 3))
    seen = BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.1)).save(seen, "JPEG", quality=86)
    return seen.getvalue()


def _draw_label(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((170, 210, 810, 580), fill=(226, 226, 220))
    ink = (40, 40, 42)
    _say(draw, (200, 232), "Brightwave  Lumen AX3", 40, ink)
    _say(draw, (200, 296), "12 V = 1.5 A   2.4 / 5 GHz", 26, ink)
    _say(draw, (200, 346), "S/N  AX3-2217-004518", 34, ink)
    _say(draw, (590, 346), "rev. B", 34, ink)
    draw.ellipse((570, 330, 716, 402), outline=(186, 40, 40), width=6)
    bars, at = random.Random(3), 200
    while at < 700:
        width = bars.choice((3, 3, 5, 8))
        draw.rectangle((at, 430, at + width, 540), fill=ink)
        at += width + bars.choice((4, 6, 9))


def _grain(image: Image.Image) -> Image.Image:
    """Return a grey picture with grain, the same each time."""
    width, height = image.size[0] // 4, image.size[1]
    noise = random.Random(7).randbytes(width * height)
    grain = Image.frombytes("L", (width, height), noise).resize(image.size)
    return ImageChops.add(image, grain.filter(ImageFilter.GaussianBlur(2)), scale=2)


def _say(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], words: str, size: int, colour: Colour = INK
) -> None:
    draw.text(at, words, fill=colour, font=ImageFont.load_default(size))


def _as_png(image: Image.Image) -> bytes:
    seen = BytesIO()
    image.save(seen, "PNG")
    return seen.getvalue()


DRAWINGS: Mapping[str, Callable[[], bytes]] = {
    "network-map": network_map,
    "shaping": shaping,
    "router-label": router_label,
}

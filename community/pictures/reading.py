"""Read a picture that somebody sent, and write it anew with nothing but what is seen.

Runs as a process of its own (``python -m community.pictures.reading``, see
`community.pictures.apart`): what a stranger made is decoded where it can neither stop
the site nor read its memory. So this module imports nothing of the site but sizes.

Everything becomes WebP. Of the same picture, in kB (2,000 pixels wide or less):

=================================  ====  =====  ==========  =============
                                   PNG   JPEG   WebP lossy  WebP lossless
=================================  ====  =====  ==========  =============
screenshot                          168    342         216             27
screenshot of a fine screen, less  1100    369         255            429
photograph                         3580    362         212           3030
=================================  ====  =====  ==========  =============

Letters stay sharp only without loss, so a picture that came without loss goes on so,
unless that takes more than `WORTH` times the room.
"""

import enum
import json
import resource
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from community.core.picture_keys import SIDE_MAX, Size

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
PIXELS_MAX = 40_000_000
SMALL_WIDTH_MAX = 640  # pixels, of the picture as it stands in a text
MEDIA_TYPE = "image/webp"
QUALITY = 82  # of 100, with loss
EFFORT = 60  # of 100, without loss
WORTH = 2  # times the room that a picture without loss may take

MEMORY_MAX = 1_280 * 1024 * 1024  # bytes that the process may ask for
CPU_S_MAX = 15

_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_COLOUR_SPACES = {"RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK", "L": "GRAY"}  # by Pillow's modes

# A second fence behind our own look at the header: Pillow must not only warn.
Image.MAX_IMAGE_PIXELS = PIXELS_MAX
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Fault(enum.StrEnum):
    """Why a picture is not taken."""

    NO_PICTURE = "no picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too many pixels"
    TOO_HEAVY = "too heavy"  # takes more time or memory than a picture is given


class Refused(Exception):
    """The picture is not taken."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it will be served, in full and as it stands in a text."""

    size: Size
    full: bytes
    small: bytes
    is_still_of_many: bool  # it moved; this is how it began


def encode(data: bytes) -> Encoded:
    """Return the picture in ``data`` written anew: upright, in sRGB, within `SIDE_MAX`.

    What it is is told by its first bytes, whatever its name was. Of one that moves, the
    beginning is kept.

    Raises:
        Refused: it is no picture that we take, broken, or too much.
    """
    try:
        return _encoded(data)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(Fault.TOO_MANY_PIXELS) from None
    except MemoryError:
        raise Refused(Fault.TOO_HEAVY) from None
    except UnidentifiedImageError:
        raise Refused(Fault.BROKEN if _begins_well(data) else Fault.NO_PICTURE) from None
    except Exception:  # noqa: BLE001 (whatever a decoder stumbles over)
        raise Refused(Fault.BROKEN) from None


def _encoded(data: bytes) -> Encoded:
    with Image.open(BytesIO(data), formats=FORMATS) as image:  # reads the header only
        if image.width * image.height > PIXELS_MAX:
            raise Refused(Fault.TOO_MANY_PIXELS)
        # A JPEG can hold more than one picture, of which none moves.
        moves = image.format in {"GIF", "PNG", "WEBP"} and getattr(image, "is_animated", False)
        is_exact = image.format not in {"JPEG", "MPO"}
        seen = _as_seen(image)
    small = seen.copy()
    small.thumbnail((SMALL_WIDTH_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    return Encoded(
        size=Size(seen.width, seen.height),
        full=_webp(seen, is_exact=is_exact),
        small=_webp(small, is_exact=is_exact),
        is_still_of_many=bool(moves),
    )


def _begins_well(data: bytes) -> bool:
    """Tell whether this is the beginning of a picture that we take, or at least says so."""
    return data.startswith(_BEGINNINGS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _as_seen(image: Image.Image) -> Image.Image:
    """Return a new picture of what a browser would show, which knows nothing but its pixels."""
    turn, profile = _orientation(image), image.info.get("icc_profile")
    shown = _with_plain_modes(image)
    shown.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    shown = _in_srgb(shown, profile)
    if turn in _UPRIGHT:
        shown = shown.transpose(_UPRIGHT[turn])
    if shown.mode == "RGBA" and shown.getchannel("A").getextrema() == (255, 255):
        shown = shown.convert("RGB")
    return Image.merge(shown.mode, shown.split())


def _orientation(image: Image.Image) -> int | None:
    """Return how the camera was held, if the picture says so in a way that can be read."""
    with suppress(Exception):  # the pixels count, whatever was noted beside them
        turn: int | None = image.getexif().get(ExifTags.Base.Orientation)
        return turn
    return None


def _with_plain_modes(image: Image.Image) -> Image.Image:
    """Return the picture as RGB, RGBA, CMYK or grey of eight bits."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # grey of sixteen bits, of which the upper eight are seen
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in {"RGB", "CMYK", "L"}:
        return image
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in the colours that browsers take for granted."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # colours as they are, then
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if source.profile.xcolor_space == _COLOUR_SPACES[image.mode]:
                converted = ImageCms.profileToProfile(
                    image,
                    source,
                    ImageCms.createProfile("sRGB"),
                    outputMode="RGBA" if image.mode == "RGBA" else "RGB",
                )
                assert converted is not None  # only a conversion in place returns nothing
                return converted
    return image if image.mode == "RGBA" else image.convert("RGB")


def _webp(image: Image.Image, *, is_exact: bool) -> bytes:
    """Return the picture as WebP, without loss where it came so and that is worth its room."""
    lossy, exact = BytesIO(), BytesIO()
    image.save(lossy, "WEBP", quality=QUALITY, method=4)
    if is_exact:
        image.save(exact, "WEBP", lossless=True, quality=EFFORT, method=3)
        if exact.tell() <= WORTH * lossy.tell():
            return exact.getvalue()
    return lossy.getvalue()


def main() -> None:
    """Encode what comes in; write a line of JSON, then both pictures."""
    _bound(resource.RLIMIT_AS, MEMORY_MAX)
    _bound(resource.RLIMIT_CPU, CPU_S_MAX)
    out = sys.stdout.buffer
    try:
        encoded = encode(sys.stdin.buffer.read())
    except Refused as refusal:
        out.write(json.dumps({"fault": refusal.fault}).encode())
        return
    head = {
        "width": encoded.size.width,
        "height": encoded.size.height,
        "full": len(encoded.full),
        "is_still_of_many": encoded.is_still_of_many,
    }
    out.write(json.dumps(head).encode() + b"\n" + encoded.full + encoded.small)


def _bound(what: int, most: int) -> None:
    """Give this process no more than so much, on systems that know such a bound."""
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()

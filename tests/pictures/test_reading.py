"""What becomes of a picture that is read, and what is not taken."""

import subprocess
import sys
import time

import pytest
from PIL import Image, ImageCms, ImageDraw

from community.core.errors import Conflict, Invalid
from community.core.picture_keys import SIDE_MAX, Size
from community.pictures import apart
from community.pictures.models import BYTES_MAX
from community.pictures.reading import PIXELS_MAX, SMALL_WIDTH_MAX, Encoded, Fault, Refused, encode
from tests.pictures.samples import (
    HTML,
    SVG,
    gif_bomb,
    opened,
    photograph,
    plain,
    png_bomb,
    saved,
    scan_bomb,
    screenshot,
    text_bomb,
    webp_bomb,
    with_secrets,
)

# What is taken


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_format_becomes_webp_in_two_sizes(kind: str) -> None:
    encoded = encode(saved(screenshot(1000, 700), kind))

    full, small = opened(encoded.full), opened(encoded.small)
    assert (full.format, full.size, encoded.size) == ("WEBP", (1000, 700), Size(1000, 700))
    assert (small.format, small.size) == ("WEBP", (SMALL_WIDTH_MAX, 448))
    assert not encoded.is_still_of_many


def test_a_large_picture_is_made_smaller() -> None:
    wide = encode(saved(plain(5000, 100), "PNG"))
    tall = encode(saved(plain(100, 5000), "JPEG"))
    thin = encode(saved(plain(6000, 1), "PNG"))

    assert wide.size == Size(SIDE_MAX, 40)
    assert tall.size == Size(40, SIDE_MAX)
    assert thin.size == Size(SIDE_MAX, 1)
    assert opened(wide.small).width == SMALL_WIDTH_MAX
    assert opened(tall.small).size == (40, SIDE_MAX)


def test_a_small_picture_stays_as_large_as_it_is() -> None:
    encoded = encode(saved(plain(1, 1), "GIF"))

    assert (encoded.size, opened(encoded.small).size) == (Size(1, 1), (1, 1))


def test_letters_stay_sharp_and_photographs_small() -> None:
    letters, photo = screenshot(), photograph()

    exact = encode(saved(letters, "PNG"))
    lossy = encode(saved(photo, "PNG"))

    assert opened(exact.full).tobytes() == letters.tobytes()  # not one pixel is another
    assert len(exact.full) < len(saved(letters, "PNG")) / 2
    assert opened(lossy.full).convert("RGB").tobytes() != photo.tobytes()
    assert len(lossy.full) < len(saved(photo, "JPEG", quality=82))


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    image = plain(60, 40)
    ImageDraw.Draw(image).rectangle((0, 0, 29, 39), fill="blue")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera stood on its left side

    encoded = encode(saved(image, "JPEG", exif=exif, quality=95))

    assert encoded.size == Size(40, 60)
    upper = opened(encoded.full).convert("RGB").getpixel((20, 5))
    assert isinstance(upper, tuple)
    assert upper[2] > 200
    assert upper[0] < 60


def test_colours_are_those_that_a_browser_shows() -> None:
    # A profile whose red is green and the other way round.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in (b"XYZ", b"TRC"):
        profile = profile.replace(b"r" + name, b"?" + name)
        profile = profile.replace(b"g" + name, b"r" + name).replace(b"?" + name, b"g" + name)

    for image in (plain(colour="red"), plain(colour="red").convert("RGBA")):
        shown = opened(encode(saved(image, "PNG", icc_profile=profile)).full)
        green = shown.convert("RGB").getpixel((5, 5))
        assert isinstance(green, tuple)
        assert green[1] > 200
        assert green[0] < 60
        assert "icc_profile" not in shown.info


@pytest.mark.parametrize("profile", [b"", b"no profile", b"\x00" * 200])
def test_a_profile_that_cannot_be_read_is_left_out(profile: bytes) -> None:
    encoded = encode(saved(plain(), "PNG", icc_profile=profile))

    assert opened(encoded.full).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_print_colours_become_screen_colours() -> None:
    red = Image.new("CMYK", (60, 40), (0, 255, 255, 0))

    shown = opened(encode(saved(red, "JPEG", quality=95)).full).convert("RGB").getpixel((5, 5))

    assert isinstance(shown, tuple)
    assert shown[0] > 240
    assert max(shown[1:]) < 20


def test_sixteen_bits_become_eight() -> None:
    light_grey = Image.frombytes("I;16", (60, 40), (50_000).to_bytes(2, "little") * 2400)

    shown = opened(encode(saved(light_grey, "PNG")).full).convert("L").getpixel((5, 5))

    assert shown == pytest.approx(50_000 / 256, abs=1)


def test_what_is_transparent_stays_so() -> None:
    palette = Image.new("P", (60, 40), 0)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.paste(1, (0, 0, 30, 40))
    half = Image.new("RGBA", (60, 40), (0, 255, 0, 128))

    shown = opened(encode(saved(palette, "PNG", transparency=0)).full)
    assert (shown.mode, shown.getpixel((5, 5))) == ("RGBA", (0, 0, 255, 255))
    assert shown.getchannel("A").getpixel((50, 5)) == 0
    assert opened(encode(saved(half, "PNG")).full).getpixel((5, 5)) == (0, 255, 0, 128)
    grey = saved(Image.new("LA", (60, 40), (200, 0)), "PNG")
    assert opened(encode(grey).full).getchannel("A").getextrema() == (0, 0)
    full = saved(Image.new("RGBA", (60, 40), (0, 255, 0, 255)), "PNG")
    assert opened(encode(full).full).mode == "RGB"  # nothing of it is transparent


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_one_that_moves_the_beginning_is_kept(kind: str) -> None:
    frames = [plain(colour=colour) for colour in ("red", "blue", "lime")]
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)

    encoded = encode(moving)

    assert encoded.is_still_of_many
    assert opened(encoded.full).convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    assert not getattr(opened(encoded.full), "is_animated", False)


def test_a_camera_that_adds_a_second_picture_makes_nothing_that_moves() -> None:
    encoded = encode(saved(plain(), "MPO", save_all=True, append_images=[plain(colour="blue")]))

    assert not encoded.is_still_of_many


def test_nothing_is_left_but_what_is_seen() -> None:
    source = with_secrets()
    for secret in (b"Secret", b"2026:11:22"):
        assert secret in source  # or this would show nothing

    encoded = encode(source)

    for content in (encoded.full, encoded.small):
        assert b"Secret" not in content
        assert b"2026:11:22" not in content
        assert not any(name in content for name in (b"EXIF", b"XMP ", b"ICCP"))
        assert opened(content).info.keys() <= {"loop", "background", "timestamp", "duration"}


def test_notes_in_a_png_are_left_out() -> None:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 (only here)

    notes = PngInfo()
    notes.add_text("Author", "Secret Author")
    notes.add_itxt("Comment", "Secret", zip=True)

    assert b"Secret" not in encode(saved(plain(), "PNG", pnginfo=notes)).full


def test_what_hides_behind_a_picture_is_not_passed_on() -> None:
    polyglot = saved(plain(), "PNG") + HTML
    comment = saved(plain(), "GIF", comment=HTML)

    for content in (polyglot, comment):
        assert b"<script" in content
        assert b"<script" not in encode(content).full


# What is not


def refusal(content: bytes) -> Fault:
    """Return why a picture is not taken."""
    with pytest.raises(Refused) as refused:
        encode(content)
    return refused.value.fault


@pytest.mark.parametrize(
    "content",
    [SVG, HTML, b"GIF", b"%PDF-1.7 ...", b"RIFF\x04\x00\x00\x00AVI ", b"\x00" * 100, b"\xff" * 100],
    ids=["SVG", "HTML", "a word", "PDF", "video", "zeros", "ones"],
)
def test_what_is_no_picture(content: bytes) -> None:
    assert refusal(content) is Fault.NO_PICTURE


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX"])
def test_formats_that_browsers_do_not_show_or_few_send(kind: str) -> None:
    assert refusal(saved(plain(), kind)) is Fault.NO_PICTURE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.9, 0.99])
def test_a_picture_of_which_a_part_is_missing(kind: str, part: float) -> None:
    whole = saved(photograph(300, 200), kind)

    assert refusal(whole[: max(12, int(len(whole) * part))]) is Fault.BROKEN


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_head_without_a_picture(kind: str) -> None:
    assert refusal(saved(plain(), kind)[:14]) is Fault.BROKEN


def test_a_picture_with_a_damaged_head() -> None:
    damaged = bytearray(saved(plain(), "PNG"))
    damaged[20] ^= 0xFF  # its width; the checksum tells

    assert refusal(bytes(damaged)) is Fault.BROKEN


@pytest.mark.parametrize(
    "bomb",
    [png_bomb(50_000, 50_000), png_bomb(7000, 6000), webp_bomb(), gif_bomb()],
    ids=["huge PNG", "PNG just too large", "WebP", "GIF"],
)
def test_a_bomb_is_seen_before_it_is_unpacked(bomb: bytes) -> None:
    began = time.process_time()

    assert refusal(bomb) is Fault.TOO_MANY_PIXELS
    assert len(bomb) < 10_000
    assert time.process_time() - began < 0.5


def test_notes_that_unpack_to_a_gigabyte() -> None:
    assert refusal(text_bomb()) is Fault.BROKEN


# In a process of its own


def test_a_picture_read_apart_is_the_same() -> None:
    content = saved(screenshot(900, 300), "PNG")

    assert apart.encode(content) == encode(content)


def test_the_largest_that_is_taken_is_read_in_time() -> None:
    side = int(PIXELS_MAX**0.5)
    band = Image.linear_gradient("L").resize((side, side))

    encoded = apart.encode(saved(Image.merge("RGBA", [band] * 4), "PNG", compress_level=1))

    assert encoded.size == Size(SIDE_MAX, SIDE_MAX)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (SVG, "no picture that can be shown here, whatever its name says"),
        (saved(plain(), "PNG")[:50], "broken, or a part of it is missing"),
        (png_bomb(50_000, 50_000), "more than 40 million pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50 * 1024 * 1024), "has 51 MB; a picture may have 10 MB"),
    ],
    ids=["empty", "SVG", "broken", "bomb", "large"],
)
@pytest.mark.usefixtures("app")
def test_each_refusal_is_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        apart.encode(content)

    assert refused.value.field == "picture"


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "TIME_MAX_S", 0.5)
    bomb = scan_bomb(100_000)
    assert len(bomb) < BYTES_MAX
    began = time.monotonic()

    with pytest.raises(Invalid, match="takes too long"):
        apart.encode(bomb)
    assert time.monotonic() - began < 5

    monkeypatch.undo()
    assert apart.encode(saved(plain(), "PNG")).size == Size(60, 40)  # the next one is read


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound less")
@pytest.mark.parametrize(
    ("bound", "content"),
    [
        ("CPU_S_MAX = 1", scan_bomb(20_000)),
        ("MEMORY_MAX = 200_000_000", saved(plain(6000, 6000).convert("RGBA"), "PNG")),
    ],
    ids=["time", "memory"],
)
def test_the_process_bounds_itself(bound: str, content: bytes) -> None:
    code = f"from community.pictures import reading\nreading.{bound}\nreading.main()"

    done = subprocess.run(
        [sys.executable, "-c", code], input=content, capture_output=True, check=False
    )

    assert done.returncode != 0 or Fault.TOO_HEAVY.encode() in done.stdout
    assert b"width" not in done.stdout


def test_the_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY_SECRET_KEY", "s" * 40)
    told: dict[str, str] = {}
    run = subprocess.run

    def watched(*args: object, **options: object) -> object:
        env = options["env"]
        assert isinstance(env, dict)
        told.update(env)
        return run(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    encoded = apart.encode(saved(plain(), "PNG"))

    assert isinstance(encoded, Encoded)
    assert told
    assert not any(name.startswith("COMMUNITY_") for name in told)


@pytest.mark.usefixtures("app")
def test_who_waits_too_long_is_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WAIT_MAX_S", 0.01)

    with apart._one_at_a_time, pytest.raises(Conflict, match="Try again in a moment"):
        apart.encode(saved(plain(), "PNG"))

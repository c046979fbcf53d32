"""Read pictures in a process of their own, one at a time, within bounds of time and memory.

A file of a few hundred bytes can ask a decoder for gigabytes or hours. It gets what
`community.pictures.reading` allows itself, then the process ends and the site goes on.
"""

import json
import logging
import os
import subprocess
import sys
import threading

from flask_babel import gettext

from community.core.errors import Conflict, Invalid
from community.core.picture_keys import SIDE_MAX, Size
from community.pictures.models import BYTES_MAX, FIELD
from community.pictures.reading import PIXELS_MAX, Encoded, Fault

TIME_MAX_S = 20  # for one picture, by the clock
WAIT_MAX_S = 10  # for the picture before

log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


def encode(data: bytes) -> Encoded:
    """Return a picture written anew, as `community.pictures.reading.encode` does.

    Raises:
        Invalid: it is no picture that we take, broken, or too much.
        Conflict: pictures of others are being read; it may be tried again.
    """
    if not data:
        raise Invalid(gettext("The file is empty."), field=FIELD)
    if len(data) > BYTES_MAX:
        raise Invalid(too_many_bytes(len(data)), field=FIELD)
    if not _one_at_a_time.acquire(timeout=WAIT_MAX_S):
        raise Conflict(gettext("Many pictures are coming in just now. Try again in a moment."))
    try:
        answer = _answer_for(data)
    finally:
        _one_at_a_time.release()
    line, _newline, pictures = answer.partition(b"\n")
    head = json.loads(line)
    if "fault" in head:
        raise Invalid(_words_for(Fault(head["fault"])), field=FIELD)
    return Encoded(
        size=Size(head["width"], head["height"]),
        full=pictures[: head["full"]],
        small=pictures[head["full"] :],
        is_still_of_many=head["is_still_of_many"],
    )


def too_many_bytes(count: int) -> str:
    """Say that a file is too large."""
    words: str = gettext(
        "The file has %(size)s MB; a picture may have %(most)s MB. Make it smaller, "
        "or cut out the part that matters.",
        size=-(-count // 1024**2),
        most=BYTES_MAX // 1024**2,
    )
    return words


def _answer_for(data: bytes) -> bytes:
    """Return what the process says; if it was stopped, that the picture was too heavy."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "community.pictures.reading"],
            input=data,
            capture_output=True,
            timeout=TIME_MAX_S,
            check=True,
            env={name: value for name, value in os.environ.items() if not _is_secret(name)},
        )
    except subprocess.TimeoutExpired:
        log.warning("A picture was given up after %d s.", TIME_MAX_S)
    except subprocess.CalledProcessError as error:
        log.warning("A picture was given up: %s", error.stderr.decode(errors="replace")[-500:])
    else:
        return done.stdout
    return json.dumps({"fault": Fault.TOO_HEAVY}).encode()


def _is_secret(name: str) -> bool:
    """Tell whether a variable is a setting of ours: the process needs none, and some are keys."""
    return name.startswith("COMMUNITY_")


def _words_for(fault: Fault) -> str:
    words: str
    match fault:
        case Fault.NO_PICTURE:
            words = gettext(
                "The file is no picture that can be shown here, whatever its name says. "
                "PNG, JPEG, WebP and GIF can."
            )
        case Fault.BROKEN:
            words = gettext(
                "The picture is broken, or a part of it is missing. Open it, save it anew, and "
                "try again."
            )
        case Fault.TOO_MANY_PIXELS:
            words = gettext(
                "The picture has more than %(most)s million pixels. Make it smaller: "
                "%(side)s pixels of width are all that is shown.",
                most=PIXELS_MAX // 1_000_000,
                side=SIDE_MAX,
            )
        case Fault.TOO_HEAVY:
            words = gettext(
                "The picture takes too long to read. Open it, save it as a plain PNG or JPEG, and "
                "try again."
            )
    return words

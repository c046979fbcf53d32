"""Threads from a file of JSON lines."""

import json
from collections.abc import Iterator
from dataclasses import replace

from community.topics.importing.interchange import BadRow, Place, Reader, Thread
from community.topics.importing.lines import LINE_MAX, Line, Lines
from community.topics.importing.report import Report


def threads(lines: Lines, reader: Reader, report: Report) -> Iterator[Thread]:
    """Yield the thread of each line; bad lines are rejected and the rest goes on.

    Raises:
        BrokenFile: the file cannot be read to its end.
        Hopeless: nothing in it can be used.
    """
    for line in lines:
        if not line.content.strip():
            continue
        place = Place(lines.name, line.number, line.decoded())
        try:
            row = _parsed(line)
            place = replace(place, row=row)
            found = reader.thread(row, place)
        except BadRow as error:
            report.reject(place, f"the row {error}")
            continue
        report.good()
        yield found


def _parsed(line: Line) -> object:
    if not line.is_whole:
        raise BadRow(f"has more than {LINE_MAX:,} bytes")
    try:
        return json.loads(line.content.decode("utf-8-sig" if line.number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise BadRow("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadRow(f"is not JSON: {error.msg} at character {error.pos + 1}") from error
    except (ValueError, RecursionError) as error:
        raise BadRow("holds a number too long or lists too deep to read") from error

"""Answers that were accepted, read from a data dump: questions with several replies to choose from."""

from pathlib import Path
from tempfile import TemporaryDirectory

from community.search.evaluation import BadSet
from community.search.evaluation.answers import Case
from community.topics.importing import stackexchange, texts
from community.topics.importing.interchange import Answer, Thread, source_of
from community.topics.importing.lines import BrokenFile, Lines
from community.topics.importing.report import Hopeless, Report

COMPANY = "dump"  # topics need one; nothing is kept


def is_dump(folder: Path) -> bool:
    """Tell whether a folder holds the posts of a data dump."""
    return "Posts" in stackexchange.files_of(folder)


def read_cases(folder: Path) -> list[Case]:
    """Read the questions of a dump that have an accepted answer and another to choose from.

    The accepted one fits; vouched for are also those that more people found helpful than not.

    Raises:
        BadSet: a file cannot be read to its end.
    """
    about = stackexchange.About(source=source_of(COMPANY), company=COMPANY)
    with TemporaryDirectory() as rejects:
        report = Report(Path(rejects) / "rejects.jsonl")
        try:
            with report.open(), stackexchange.Dump(about, report) as dump:
                for table, path in stackexchange.files_of(folder).items():
                    with Lines(str(path)) as lines:
                        for _rows in dump.gather(table, lines):
                            pass
                return [_case(thread) for thread in dump.threads() if _is_choice(thread)]
        except (BrokenFile, Hopeless) as error:
            raise BadSet(str(error)) from error


def _is_choice(thread: Thread) -> bool:
    return len(thread.answers) > 1 and any(answer.accepted_at for answer in thread.answers)


def _case(thread: Thread) -> Case:
    answers = sorted(thread.answers, key=lambda answer: answer.created_at)
    return Case(
        title=thread.title,
        body=texts.prepare(thread.text).body,
        replies=tuple(texts.prepare(answer.text).body_html for answer in answers),
        fitting=frozenset(n for n, answer in enumerate(answers) if answer.accepted_at),
        vouched=frozenset(n for n, answer in enumerate(answers) if _is_vouched_for(answer)),
    )


def _is_vouched_for(answer: Answer) -> bool:
    return answer.accepted_at is not None or answer.helpful > answer.unhelpful

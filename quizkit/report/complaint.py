"""What stood in the way, for standard error: a line for what happened, one for what to do."""

from quizkit.errors import ContentError, QuizkitError
from quizkit.report.text import one_line


def complaint(error: QuizkitError) -> str:
    """The error's lines. Names in it may hold line breaks, and a forge takes a line that begins with `::` for a command."""
    told = [str(problem) for problem in error.problems] if isinstance(error, ContentError) else [str(error)]
    return "\n".join([*map(one_line, told), *([f"  {one_line(error.advice)}"] if error.advice else [])])

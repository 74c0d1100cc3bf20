"""A prompt's or an explanation's Markdown as Rich draws it. A module of its own, as a verdict has none and Rich's takes 30 ms."""

from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown

from quizkit.report.layout import code


class PlainCode(CodeBlock):
    """A code block of a prompt: indented, never wrapped, without a background that copying would take along."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from code(str(self.text).rstrip(), self.lexer_name).__rich_console__(console, options)


class Prompt(Markdown):
    """Markdown whose code blocks are plain."""

    elements: ClassVar[dict[str, Any]] = {**Markdown.elements, "fence": PlainCode, "code_block": PlainCode}

"""The program: runs one command, and is the one place where an error becomes an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    from quizkit.cli.workbench import Workbench
    from quizkit.sandbox.host import Sandbox

_ALLOCATIONS = 100_000
"""After how many new objects the collector looks for garbage. Imports make objects that stay: it would find nothing in them."""
_NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "1")
"""To look for plugins pydantic reads every installed package's metadata: a tenth of a cold check's processor time."""
_RUNS_SNIPPETS = frozenset({"check", "drill", "mock", "verify"})


def main(argv: Sequence[str]) -> int:
    """Runs quizkit with these arguments; the exit code."""
    worker = _start_worker(argv)
    from quizkit.cli.workbench import Workbench  # noqa: PLC0415 - the worker is under way by now

    bench = Workbench(worker)
    try:
        return _run(argv, bench)
    finally:
        bench.close()


def run() -> None:
    """The console script. Ends without the interpreter's tear-down, which would take as long as a check."""
    gc.set_threshold(_ALLOCATIONS)
    os.environ.setdefault(*_NO_PLUGINS)
    code = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or 1
    os._exit(code)


def _start_worker(argv: Sequence[str]) -> "Sandbox | None":
    """Starts the worker before anything heavy is imported, where the command will need one."""
    words = [word for word in argv if not word.startswith("-")]
    if not words or words[0] not in _RUNS_SNIPPETS or "--help" in argv:
        return None
    from quizkit.sandbox import spawn  # noqa: PLC0415

    if not spawn.can_fork():
        return None  # each run starts a worker of its own
    try:
        newborn = spawn.spawn_warm()
    except OSError:
        return None  # the command says so when it needs one
    from quizkit.sandbox.host import Sandbox  # noqa: PLC0415 - the worker is under way by now

    return Sandbox.start(newborn=newborn)


def _run(argv: Sequence[str], bench: "Workbench") -> int:
    from quizkit.errors import QuizkitError  # noqa: PLC0415

    try:
        _app()(args=_global_options_first(argv), obj=bench, prog_name="quizkit")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except QuizkitError as error:
        from quizkit.report.console import safe  # noqa: PLC0415 - names in it may hold what would steer a terminal

        sys.stderr.write(safe(f"{error}\n" + (f"  {error.advice}\n" if error.advice else "")))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0  # whoever read our output has enough of it
    except Exception as error:  # a fault of ours must not look like the person's
        return _own_fault(error, bench)
    return 0


def _global_options_first(argv: Sequence[str]) -> list[str]:
    """The arguments with those options in front that hold for every command, so that they may stand anywhere."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in ("--plain", "--no-color") or word.startswith("--data-dir="):
            first.append(word)
        elif word == "--data-dir":
            first += [word, *[value for value in [next(words, None)] if value is not None]]
        else:
            rest.append(word)
    return [*first, *rest]


def _own_fault(error: Exception, bench: "Workbench") -> int:
    """Keeps the traceback in a file and says where; the exit code of a fault in quizkit."""
    import traceback  # noqa: PLC0415

    path = bench.data_folder() / "fault.txt"
    text = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        where = f"The details are in {path}."
    except OSError:
        where = text
    sys.stderr.write(f"quizkit has a fault: {type(error).__name__}: {error}. What was rated is kept.\n  {where}\n")
    return 70


def _app() -> "typer.Typer":
    from pathlib import Path  # noqa: PLC0415
    from typing import Annotated  # noqa: PLC0415

    import typer  # noqa: PLC0415

    from quizkit.cli import authoring, practice, snippets  # noqa: PLC0415

    app = typer.Typer(
        help="Get through a FastAPI interview.",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback(invoke_without_command=True)
    def root(
        context: typer.Context,
        data_dir: Annotated[Path | None, typer.Option(envvar="QUIZKIT_DATA_DIR", help="Where your history is kept.")] = None,
        plain: Annotated[bool, typer.Option("--plain", help="Plain lines: nothing is redrawn.")] = False,
        no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False,
        version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    ) -> None:
        """Get through a FastAPI interview."""
        if version:
            from importlib import metadata  # noqa: PLC0415

            typer.echo(metadata.version("quizkit"))
            raise typer.Exit
        bench: Workbench = context.obj
        bench.data_dir, bench.plain, bench.no_color = data_dir, plain, no_color
        if context.invoked_subcommand is None:
            practice.overview(context)

    for group in (practice, snippets, authoring):
        group.register(app)
    return app


if __name__ == "__main__":
    run()

"""The program: runs one command, and is the one place where an error becomes an exit code."""

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence

TYPE_CHECKING = False  # typing's own costs the worker's start 5 ms
if TYPE_CHECKING:
    from types import FrameType

    import typer

    from quizkit.cli.workbench import Workbench
    from quizkit.sandbox.host import Sandbox

_ALLOCATIONS = 100_000
"""After how many new objects the collector looks for garbage. Imports make objects that stay: it would find nothing in them."""
_INTERRUPTED, _MISSING = 130, 3
_PATHS_FAULT = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENAMETOOLONG, errno.ELOOP)
)
"""What the system refuses with for what is wrong with a path or its disk, and with nothing of ours."""
_NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "1")
"""To look for plugins pydantic reads every installed package's metadata: a tenth of a cold check's processor time."""
_RUNS_SNIPPETS = frozenset({"check", "drill", "mock", "verify"})


def main(argv: Sequence[str]) -> int:
    """Runs quizkit with these arguments; the exit code."""
    worker = _start_worker(argv)
    from quizkit.cli.workbench import Workbench, let_nothing_fail_to_print  # noqa: PLC0415 - the worker is under way by now

    _forget_odd_sizes()
    let_nothing_fail_to_print()
    bench = Workbench(worker)
    try:
        return _run(argv, bench)
    finally:
        bench.close()


def _forget_odd_sizes() -> None:
    """A screen of no columns, or of some that are no number, is one whose size isn't known: Rich would print nothing, or end."""
    for name in ("COLUMNS", "LINES"):
        size = os.environ.get(name)
        if size is not None and not (size.isascii() and size.isdigit() and len(size) < 6 and int(size) > 0):
            del os.environ[name]


def run() -> None:
    """The console script. Ends without the interpreter's tear-down, which would take as long as a check."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    _open_what_is_closed()
    gc.set_threshold(_ALLOCATIONS)
    os.environ.setdefault(*_NO_PLUGINS)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while the worker is ended
        code = _INTERRUPTED
    os._exit(code or _flushed())


def _end_at_once(_number: int, _frame: "FrameType | None") -> None:
    """Ctrl-C while quizkit is still imported: nothing is to be kept, and the worker ends when this process does."""
    os._exit(_INTERRUPTED)


def _hear_interrupts() -> None:
    """From now on Ctrl-C is an exception, which commands turn into an end of their own."""
    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _open_what_is_closed() -> None:
    """A standard stream that is closed is an empty one, lest the next file opened takes its number and gets what we print."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123 - stays open


def _flushed() -> int:
    """Writes out what standard output and standard error still hold; the exit code that comes of it."""
    code = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or 1
        except OSError as error:
            code = code or _unwritten(error)
    return code


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
        app = _app()
        _hear_interrupts()
        app(args=_global_options_first(argv), obj=bench, prog_name="quizkit")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except QuizkitError as error:
        from quizkit.report.complaint import complaint  # noqa: PLC0415 - few runs have something to complain of

        _say(f"{complaint(error)}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return 0  # whoever read our output has enough of it
    except OSError as error:
        return _refused(error, bench)
    except Exception as error:  # a fault of ours must not look like the person's
        return _own_fault(error, bench)
    return 0


def _say(text: str) -> None:
    """Says something on standard error, where that can be written."""
    try:
        sys.stderr.write(text)
    except OSError:
        return


def _refused(error: OSError, bench: "Workbench") -> int:
    """What the system refused, in its words: a path, or output that takes nothing; anything else is a fault of ours."""
    if error.errno in _PATHS_FAULT and error.filename is not None:
        from quizkit.report.text import safe  # noqa: PLC0415 - as above

        _say(safe(f"{os.fsdecode(error.filename)}: {error.strerror}\n"))
        return _MISSING
    try:
        os.getcwd()  # noqa: PTH109 - nothing here needs pathlib
    except OSError:
        _say("The folder that you are in is gone.\n  go to another one\n")
        return _MISSING
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.write("\n")  # what failed once is gone from the buffer: only new text shows whether it was the output
            stream.flush()
        except OSError as full:
            return _unwritten(full)
    return _own_fault(error, bench)


def _unwritten(error: OSError) -> int:
    _say(f"The output can't be written: {error.strerror}.\n")
    return _MISSING


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
    _say(f"quizkit has a fault: {type(error).__name__}: {error}. What was rated is kept.\n  {where}\n")
    return 70


def _app() -> "typer.Typer":
    from pathlib import Path  # noqa: PLC0415
    from typing import Annotated  # noqa: PLC0415

    import typer  # noqa: PLC0415

    from quizkit.cli import authoring, marking, practice, snippets  # noqa: PLC0415

    app = typer.Typer(
        help="Get through a FastAPI interview.",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback(invoke_without_command=True)
    def root(
        context: typer.Context,
        data_dir: Annotated[
            Path | None, typer.Option(envvar="QUIZKIT_DATA_DIR", readable=False, help="Where your history is kept.")
        ] = None,
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

    for group in (practice, snippets, authoring, marking):
        group.register(app)
    return app


if __name__ == "__main__":
    run()

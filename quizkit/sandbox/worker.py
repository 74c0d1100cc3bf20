"""How a worker begins: in namespaces of its own, beneath its warden; `nursery` goes on. Started as a script, not imported.

Of what is imported here the processes that only wait keep a copy, which is why it is so little.
"""

import gc
import os
import socket
import sys


def main(arguments: list[str]) -> None:
    """Serves runs until the host closes the control socket; with `--once`, one, whose descriptors are 3, 4 and 5."""
    gc.disable()  # it would walk what is imported again and again, all of which stays
    mode, root, told = arguments
    sys.argv[1:] = []
    sys.path.insert(0, root)
    if mode == "--once":
        from quizkit.sandbox import nursery  # noqa: PLC0415 - findable only now

        nursery.serve_once(told)
    else:
        _serve_many(socket.socket(fileno=int(mode)), told)


def _serve_many(control: socket.socket, folder: str) -> None:
    from quizkit.sandbox import warden  # noqa: PLC0415 - findable only now

    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    namespaces = warden.isolate()
    warden.keep(control, folder, isolated=bool(namespaces[0]))
    from quizkit.sandbox import nursery  # noqa: PLC0415 - only now, so that the processes that wait are without it

    nursery.serve_many(control, namespaces)


if __name__ == "__main__":
    main(sys.argv[1:])

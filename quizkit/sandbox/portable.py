"""What confines a run where there is no Linux: resource limits alone. Meant for macOS, tested only on Linux."""

import os
import resource
import sys

from quizkit.sandbox.policy import Protection, Setup

_MISSING = (
    ("files", "a snippet can read and write whatever you can, the deck and its answers too"),
    ("network", "a snippet can reach the network"),
    ("system calls", "a snippet can start processes and signal others"),
    ("namespaces", "there are none on this system"),
)


class Portable:
    """Resource limits. Everything else is said to be missing."""

    def __init__(self, setup: Setup) -> None:
        self._limits = setup.limits

    def rehearse(self) -> tuple[Protection, ...]:
        """What is there and what isn't; on this system nobody has tried it yet."""
        held = Protection("limits", True, f"processor time, file size, open files ({sys.platform} is untested)")
        return (held, *(Protection(name, False, reason) for name, reason in _MISSING))

    def spared(self) -> tuple[int, ...]:
        """No descriptor is needed to confine a run."""
        return ()

    def confine(self, scratch: str) -> None:
        """Puts the limits on; one that this system doesn't take is left out, as macOS does with memory."""
        limits = self._limits
        for what, value in (
            (resource.RLIMIT_CPU, limits.cpu_s),
            (resource.RLIMIT_FSIZE, limits.file_size),
            (resource.RLIMIT_NOFILE, limits.open_files),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_AS, limits.memory),
        ):
            try:
                resource.setrlimit(what, (value, value))
            except (OSError, ValueError):
                continue
        os.chdir(scratch)

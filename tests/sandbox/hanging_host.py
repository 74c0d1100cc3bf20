"""A host with a run that never ends, for tests that end the host. Tells its worker's folder, then that the run is on."""

import sys
import time


def main() -> None:
    from tests.hostile import driver  # noqa: PLC0415 - nothing may be imported before the user is left

    if "--user" in sys.argv:
        driver.become_nobody()
    if "--no-namespaces" in sys.argv:
        driver.forbid_namespaces()
    from quizkit.sandbox.host import Sandbox  # noqa: PLC0415

    source = (
        "import signal, threading, time\n"
        "from fastapi import FastAPI\n"
        "for number in set(signal.Signals) - {9, 19}: signal.signal(number, signal.SIG_IGN)\n"
        "open('left', 'w').write('here')\n"
        "for _ in range(5): threading.Thread(target=time.sleep, args=(3600,)).start()\n"
        "print('running', flush=True)\n"
        "while True: pass\n"
    )
    with Sandbox.start(3600) as sandbox:
        driver.say(sandbox._home.path)
        run = sandbox.open({"main.py": source}, last="--last" in sys.argv)
        hang = __import__("threading").Thread(target=run.load, daemon=True)
        hang.start()
        while b"running" not in run.output:
            time.sleep(0.01)
        driver.say("running")
        time.sleep(3600)


if __name__ == "__main__":
    main()

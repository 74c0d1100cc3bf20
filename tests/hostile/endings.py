"""Snippets that use up what there is, or end what runs. Each is what stands before the handlers, or a handler's body."""

TIMEOUT = "timeout"
MEMORY = "memory"
KILLED = "killed"
STOPPED = "failed|killed|memory|timeout|error"

HANDLER = {
    "an endless loop": (TIMEOUT, "while True: pass"),
    "an endless sleep": (TIMEOUT, "import time; time.sleep(3600)"),
    "every exception swallowed": (
        TIMEOUT,
        """
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
    ),
    "a loop inside C": (TIMEOUT, "sum(range(10 ** 15))"),
    "a regular expression that explodes": (TIMEOUT, "import re; re.match('(a+)+$', 'a' * 50 + 'b')"),
    "a query without end": (
        TIMEOUT,
        """
        import sqlite3
        rows = 'with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t'
        sqlite3.connect(':memory:').execute(rows)
        """,
    ),
    "a deadlock": (TIMEOUT, "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()"),
    "a number too large": (TIMEOUT, "9 ** 9 ** 9"),
    "stopped by itself": (TIMEOUT, "import signal; os.kill(os.getpid(), signal.SIGSTOP)"),
    "a stream without end": (
        "timeout|memory|failed|killed",
        """
        from fastapi.responses import StreamingResponse
        def chunks():
            while True: yield b'x' * 1000
        return StreamingResponse(chunks())
        """,
    ),
    "a background task without end": (
        TIMEOUT,
        """
        from fastapi.responses import JSONResponse
        from starlette.background import BackgroundTask
        def forever():
            while True: pass
        return JSONResponse({'double': 2 * n}, background=BackgroundTask(forever))
        """,
    ),
    "output without end": (TIMEOUT, "while True: print('x' * 10000)"),
    "errors printed without end": (TIMEOUT, "while True: os.write(2, b'x' * 65536)"),
    "threads without end": (
        STOPPED,
        """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        """,
    ),
    "small threads without end": (
        "killed",
        """
        import threading, time
        threading.stack_size(32768)
        while True:
            try: threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
            except Exception: pass
        """,
    ),
    "memory at once": (MEMORY, "return 'x' * (1 << 33)"),
    "memory bit by bit": (MEMORY, "held = []\nwhile True: held.append(bytes(1 << 24))"),
    "memory bit by bit, written to": ("memory|timeout", "held = []\nwhile True: held.append(bytearray(b'x' * (1 << 24)))"),
    "memory, and every refusal swallowed": (
        "timeout|memory|killed",
        """
        held = []
        while True:
            try: held.append(bytearray(1 << 20))
            except MemoryError: pass
        """,
    ),
    "a JSON body of a gigabyte": (
        "memory|killed|failed|timeout|error",
        "return Response('[' + '1,' * (1 << 29) + '1]', media_type='application/json')",
    ),
    "a body over the cap": ("error|failed", "return Response(b'x' * (17 << 20))"),
    "a zip bomb unpacked": (
        "memory|timeout",
        """
        import zlib
        small = zlib.compress(bytes(1 << 26))
        held = []
        while True: held.append(zlib.decompress(small))
        """,
    ),
    "a full scratch": (
        STOPPED,
        """
        number = 0
        while True:
            open(f'f{number}', 'wb').write(bytes(1 << 22)); number += 1
        """,
    ),
    "files without end": (
        STOPPED,
        """
        number = 0
        while True:
            open(f'f{number}', 'wb').close(); number += 1
        """,
    ),
    "one file too large": (STOPPED, "open('f', 'wb').write(bytes(100 << 20))"),
    "folders 20,000 deep": (
        STOPPED,
        """
        for _ in range(20000):
            os.mkdir('d'); os.chdir('d')
        raise RuntimeError('all made')
        """,
    ),
    "descriptors without end": (STOPPED, "held = []\nwhile True: held.append(open('/dev/null'))"),
    "pipes filled without end": (
        STOPPED,
        """
        while True:
            a, b = os.pipe(); os.set_blocking(b, False); os.write(b, bytes(60000))
        """,
    ),
    "recursion without end": (
        STOPPED,
        """
        sys.setrecursionlimit(10 ** 9)
        def down(): return [down()]
        down()
        """,
    ),
    "os._exit": ("error", "os._exit(0)"),
    "sys.exit in a handler": ("failed|error", "sys.exit(0)"),
    "KeyboardInterrupt": ("failed|error", "raise KeyboardInterrupt"),
    "GeneratorExit": ("failed|error", "raise GeneratorExit"),
    "abort": (KILLED, "os.abort()"),
    "a bad pointer": (KILLED, "ctypes.string_at(0)"),
    "SIGKILL to itself": (KILLED, "import signal; os.kill(os.getpid(), signal.SIGKILL)"),
    "SIGTERM to itself": (KILLED, "import signal; os.kill(os.getpid(), signal.SIGTERM)"),
    "all descriptors closed": ("killed|error", "os.closerange(0, 200)"),
    "the replies closed, then a wait": (KILLED, "os.close(4)\nwhile True: pass"),
    "the replies led elsewhere": (KILLED, "os.dup2(os.open('/dev/null', os.O_WRONLY), 4)"),
    "the requests closed": ("error|failed|killed", "os.close(3); raise RuntimeError"),
    "the output closed": ("failed", "os.close(1); os.close(2); raise RuntimeError('mute')"),
    "a tracer that loops": (
        TIMEOUT,
        """
        def trace(*_):
            while True: pass
        sys.setprofile(trace)
        """,
    ),
    "a signal handler that loops": (
        TIMEOUT,
        """
        import signal
        def forever(*_):
            while True: pass
        try: signal.signal(signal.SIGUSR1, forever)
        except ValueError: forever()
        os.kill(os.getpid(), signal.SIGUSR1)
        """,
    ),
}

MODULE = {
    "an endless loop at import": (TIMEOUT, "while True: pass"),
    "a loop that no signal ends": (
        TIMEOUT,
        """
        import signal
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True: pass
        """,
    ),
    "sys.exit at import": ("error", "sys.exit(0)"),
    "os._exit at import": ("error", "os._exit(0)"),
    "memory at import": (MEMORY, "x = 'x' * (1 << 33)"),
    "fork at import": ("blocked", "os.fork()"),
    "a file outside at import": ("blocked", "open('/etc/passwd')"),
    "not Python": ("error", "this is not Python"),
    "a null byte": ("error", "x = '\0'"),
    "brackets too deep": ("error", "x = " + "(" * 5000 + ")" * 5000),
    "a sum too deep": ("error|killed|memory|failed", "x = " + "-" * 100_000 + "1"),
    "no app": ("error", "del app"),
    "an app of another type": ("error|failed", "app = 42"),
    "a startup without end": (
        TIMEOUT,
        """
        import contextlib, asyncio
        @contextlib.asynccontextmanager
        async def life(app):
            await asyncio.sleep(3600)
            yield
        app = FastAPI(lifespan=life)
        """,
    ),
    "a startup that exits": (
        "error|failed",
        """
        import contextlib
        @contextlib.asynccontextmanager
        async def life(app):
            sys.exit(0)
            yield
        app = FastAPI(lifespan=life)
        """,
    ),
    "an exit handler that loops": (
        "error",
        """
        import atexit
        @atexit.register
        def forever():
            while True: pass
        raise RuntimeError
        """,
    ),
    "streams that loop when flushed": (
        "timeout|error",
        """
        class Loop:
            def write(self, text): return len(text)
            def flush(self):
                while True: pass
        sys.stdout = sys.stderr = Loop()
        raise RuntimeError
        """,
    ),
    "a thread that never ends": (
        "error",
        """
        import threading
        def forever():
            while True: pass
        threading.Thread(target=forever).start()
        raise RuntimeError
        """,
    ),
    "no import works": (
        "error|failed",
        """
        class No:
            def find_spec(self, *_): raise SystemExit
        sys.meta_path.insert(0, No())
        sys.modules.pop('json', None)
        import json
        """,
    ),
    "an audit hook that refuses": (
        "error|failed|killed",
        """
        def hook(*_): raise RuntimeError
        sys.addaudithook(hook)
        """,
    ),
}

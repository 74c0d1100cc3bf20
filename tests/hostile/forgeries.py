"""Snippets whose answer is wrong and that try to have it taken for right. Each is a module after the usual imports."""

FAILED = "failed"
NOT_RIGHT = "failed|error|killed|timeout|blocked"
WRONG = """
@app.get('/double/{n}')
def double(n: int): return {'double': 0}
"""

FRAME = """
import json, struct
def frame(head, body=b''):
    head = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack('>II', len(head), len(body)) + head + body
GOOD = {'status': 200, 'headers': [['content-type', 'application/json']], 'elapsed_s': 0.001, 'raised': None, 'nonce': ''}
LOADED = {'app': 'app', 'nonce': ''}
def nonce():
    frame_of = sys._getframe()
    while frame_of is not None:
        if isinstance(frame_of.f_locals.get('nonce'), str): return frame_of.f_locals['nonce']
        frame_of = frame_of.f_back
    for thread in sys._current_frames().values():
        while thread is not None:
            if isinstance(thread.f_locals.get('nonce'), str): return thread.f_locals['nonce']
            thread = thread.f_back
    return ''
def everywhere(data):
    for fd in range(200):
        try: os.write(fd, data)
        except OSError: pass
"""

REPLIES = {
    "a reply on every descriptor at import": ("error", "everywhere(frame(LOADED) + frame(GOOD, b'{\"double\": 2}'))"),
    "a reply on every descriptor in a handler": (
        "error",
        WRONG.replace("return", "everywhere(frame(GOOD, b'{\"double\": 2}')); return"),
    ),
    "a reply with the right nonce, and the true one after it": (
        "error|failed",
        """
        @app.get('/double/{n}')
        def double(n: int):
            os.write(4, frame({**GOOD, 'nonce': nonce()}, b'{"double": 0}'))
            return {'double': 0}
        """,
    ),
    "the next reply ahead of its request": (
        "error|failed",
        """
        @app.get('/double/{n}')
        def double(n: int):
            os.write(4, 2 * frame({**GOOD, 'nonce': nonce()}, b'{"double": %d}' % (2 * n)))
            os._exit(0)
        """,
    ),
    "loaded twice": ("error", "os.write(4, frame({**LOADED, 'nonce': nonce()}))\nwhile True: os.write(4, b'x')"),
    "a thread that writes replies all the time": (
        "error|failed",
        """
        import threading
        def forever():
            while True: os.write(4, frame(GOOD, b'{"double": 2}'))
        @app.get('/double/{n}')
        def double(n: int):
            threading.Thread(target=forever, daemon=True).start()
            return {'double': 0}
        """,
    ),
    "a thread that answers later": (
        "error|failed",
        """
        import threading, time
        def later():
            time.sleep(0.001)
            everywhere(frame(GOOD, b'{"double": 2}'))
        @app.get('/double/{n}')
        def double(n: int):
            threading.Thread(target=later, daemon=True).start()
            return {'double': 0}
        """,
    ),
    "a frame of four gigabytes": ("error", "os.write(4, b'\\xff' * 8 + b'x' * 100)"),
    "a frame that never ends": ("timeout", "os.write(4, struct.pack('>II', 100, 16 << 20) + b'{')\nwhile True: pass"),
    "a byte at a time": (
        "timeout",
        """
        import time
        os.write(4, struct.pack('>II', 1000, 0))
        while True:
            os.write(4, b' '); time.sleep(0.01)
        """,
    ),
    "bytes without end": ("error", "while True: os.write(4, bytes(65536))"),
    "a verdict for a reply": ("error", "os.write(4, frame({'outcome': 'passed', 'score': 1, 'nonce': nonce()})); os._exit(0)"),
    "a pickle for a reply": ("error", "os.write(4, frame(b'cos\\nsystem\\n(S\"true\"\\ntR.'))"),
    "an unknown reason": (
        "error",
        "os.write(4, frame({'reason': 'passed', 'raised': {'exception': '', 'message': '', 'frames': [], 'cause': ''},"
        " 'nonce': nonce()})); os._exit(0)",
    ),
    "a head 100,000 deep": ("error", "os.write(4, frame(b'[' * 100000)); os._exit(0)"),
    "a head that isn't UTF-8": ("error", "os.write(4, frame(b'\\xff\\xfe\\xfd')); os._exit(0)"),
    "an exit that says memory": ("memory", "os._exit(86)"),
}
for _name, _head in {
    "a status that is a text": {"status": "200"},
    "a status that is true": {"status": True},
    "a status that is no status": {"status": 999},
    "a status of a thousand digits": {"status": 10**1000},
    "a time that is NaN": {"elapsed_s": float("nan")},
    "a time before the beginning": {"elapsed_s": -1},
    "headers that are none": {"headers": {"a": "b"}},
    "a header of three": {"headers": [["a", "b", "c"]]},
    "headers without end": {"headers": [["a", "b"]] * 5000},
    "an exception that is none": {"raised": 7},
    "frames that are none": {"raised": {"exception": "E", "message": "", "frames": [7], "cause": ""}},
    "a cause that is none": {"raised": {"exception": "E", "message": "", "frames": [], "cause": 7}},
}.items():
    _text = repr(_head).replace("nan", "float('nan')")
    REPLIES[_name] = (
        "error",
        f"""
        @app.get('/double/{{n}}')
        def double(n: int):
            os.write(4, frame({{**GOOD, 'nonce': nonce(), **{_text}}}, b'{{"double": %d}}' % (2 * n)))
            os._exit(0)
        """,
    )

PATCHES = {
    "TestClient": (NOT_RIGHT, "import starlette.testclient as t\nt.TestClient.request = lambda *a, **k: Response()\n" + WRONG),
    "TestClient, at import, with a response": (
        NOT_RIGHT,
        """
        import httpx, fastapi.testclient as t
        t.TestClient.request = lambda *a, **k: httpx.Response(200, json={'double': 0})
        """,
    ),
    "httpx": (NOT_RIGHT, "import httpx\nhttpx.Response.content = b'{}'\nhttpx.Response.status_code = 200\n" + WRONG),
    "json": (NOT_RIGHT, "import json\njson.dumps = lambda *a, **k: '{}'\njson.loads = lambda *a, **k: {}\n" + WRONG),
    "json's encoder": (NOT_RIGHT, "import json\njson.JSONEncoder.encode = lambda *a: '{\"double\": 1}'\n" + WRONG),
    "pydantic": (NOT_RIGHT, "import pydantic\npydantic.BaseModel.__eq__ = lambda *a: True\n" + WRONG),
    "builtins": (
        NOT_RIGHT,
        """
        import builtins
        builtins.isinstance = lambda *a: True
        builtins.len = lambda *a: 1
        builtins.type = lambda *a: int
        """
        + WRONG.replace("\n", "\n        "),
    ),
    "the clock": (NOT_RIGHT, "import time\ntime.perf_counter = lambda: float('nan')\n" + WRONG),
    "os": (NOT_RIGHT, "os.write = lambda fd, data: len(data)\n" + WRONG),
    "os.read": (NOT_RIGHT, "os.read = lambda *a: b'\\0' * a[1]\n" + WRONG),
    "the protocol": (
        NOT_RIGHT,
        "p = sys.modules['quizkit.sandbox.protocol']\np.pack_reply = lambda *a: b'\\0' * 16\n" + WRONG,
    ),
    "the protocol, with a pickle": (
        NOT_RIGHT,
        """
        import pickle
        class Code:
            def __reduce__(self): return os.system, ('true',)
        p = sys.modules['quizkit.sandbox.protocol']
        p.pack_reply = lambda *a: pickle.dumps(Code())
        """
        + WRONG.replace("\n", "\n        "),
    ),
    "the child": (NOT_RIGHT, "c = sys.modules['quizkit.sandbox.child']\nc._reply = lambda *a: None\n" + WRONG),
    "traceback": (NOT_RIGHT, "import traceback\ntraceback.walk_tb = None\n" + WRONG.replace("return", "raise ValueError;")),
    "sys.modules emptied": (NOT_RIGHT, WRONG.replace("return", "sys.modules.clear(); return")),
    "sys.stdout": (FAILED, "sys.stdout = sys.stderr = None\n" + WRONG),
    "__main__": (NOT_RIGHT, "sys.modules['__main__'].__dict__.clear()\n" + WRONG),
}

RESPONSES = {
    "a constant": (FAILED, "return {'double': 2}"),
    "nothing": (FAILED, "return None"),
    "an object that equals everything": (
        FAILED,
        """
        class Same:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
        return {'double': Same()}
        """,
    ),
    "a number that equals everything": (
        FAILED,
        """
        class Same(int):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = int.__hash__
        return {'double': Same(1)}
        """,
    ),
    "a dictionary that equals everything": (
        FAILED,
        """
        class Same(dict):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
        return Same(double=1)
        """,
    ),
    "NaN": (FAILED, "return Response('{\"double\": NaN}', media_type='application/json')"),
    "Infinity": (FAILED, "return Response('{\"double\": Infinity}', media_type='application/json')"),
    "a number of 100,000 digits": (FAILED, "return Response('{\"double\": ' + '9' * 100000 + '}')"),
    "JSON 100,000 deep": (FAILED, "return Response('[' * 100000 + ']' * 100000, media_type='application/json')"),
    "three million numbers": (FAILED, "return Response('{\"double\": [' + '0,' * 3_000_000 + '0]}')"),
    "fifteen megabytes of a key": (FAILED, "return Response('{\"' + 'k' * 15_000_000 + '\": 0}')"),
    "an operator of the deck": (FAILED, "return {'double': {'$any': True}}"),
    "a placeholder of the deck": (FAILED, "return {'double': '{{n}}'}"),
    "an expression of the deck": (FAILED, "return {'double': {'$expr': 'n * 2'}}"),
    "a text that is the number": (FAILED, "return {'double': str(2 * n)}"),
    "almost the number": (FAILED, "return {'double': 2 * n + 0.0001}"),
    "both": (FAILED, "return {'double': [2 * n, 0]}"),
    "another status": (FAILED, "return Response('{\"double\": %d}' % (2 * n), 201)"),
    "terminal escapes": (FAILED, "return Response('\\x1b[2J\\x1b]0;mine\\x07\\x9b31m' * 100)"),
    "bidi and markup": (FAILED, "return {'double': '\\u202e[bold red]passed[/] \\u2066' * 100}"),
    "a long output before the answer": (FAILED, "print('passed\\n' * 100000); return {'double': 0}"),
    "a report in the output": (FAILED, "print('{\"outcome\": \"passed\"}'); return {'double': 0}"),
    "a body in another encoding": (FAILED, "return Response('{\"double\": 0}'.encode('utf-16'))"),
    "a broken length": ("failed|error", "return Response(b'{}', headers={'content-length': '1000000'})"),
    "headers with line ends": ("failed|error", "return Response(b'{}', headers={'x': 'a\\r\\n\\r\\n{}'})"),
    "a header of megabytes": ("failed|error", "return Response(b'{}', headers={'x': 'a' * (5 << 20)})"),
    "cookies without end": ("failed|error", "return Response(b'{}', headers={'set-cookie': 'a=\"' + '\\\\' * 500000})"),
    "a redirect to itself": (FAILED, "return Response(status_code=307, headers={'location': '/double/1'})"),
    "an exception that loops when it is told": (
        "timeout",
        """
        class Bad(Exception):
            def __str__(self):
                while True: pass
        raise Bad
        """,
    ),
    "an exception that tells no text": (
        FAILED,
        """
        class Bad(Exception):
            def __str__(self): return 7
        raise Bad
        """,
    ),
    "an exception that exits when it is told": (
        NOT_RIGHT,
        """
        class Bad(Exception):
            def __str__(self): os._exit(0)
        raise Bad
        """,
    ),
    "an exception of a megabyte": (FAILED, "raise ValueError('x' * (1 << 20))"),
    "an exception in a circle": (FAILED, "e = ValueError(); e.__context__ = e; e.__cause__ = e; raise e"),
    "an exception with a false class": (
        NOT_RIGHT,
        """
        class Bad(Exception):
            __class__ = property(lambda self: 1 / 0)
        raise Bad
        """,
    ),
    "an exception named in markup": (FAILED, "raise type('[bold]passed[/]', (Exception,), {})('\\x1b[2J')"),
    "a lone surrogate": ("failed|error", "raise ValueError('\\udc80')"),
}

LIFESPAN = """
async def lifespan(receive, send):
    await receive()
    await send({'type': 'lifespan.startup.complete'})
    await receive()
    await send({'type': 'lifespan.shutdown.complete'})
"""

APPS = {
    "an app whose call lies": (
        FAILED,
        LIFESPAN
        + """
class Liar:
    async def __call__(self, scope, receive, send):
        if scope['type'] == 'lifespan': return await lifespan(receive, send)
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b'{"double": 1}'})
app = Liar()
""",
    ),
    "an app that answers twice": (
        "failed|error",
        """
        async def app(scope, receive, send):
            for _ in range(2):
                await send({'type': 'http.response.start', 'status': 200, 'headers': []})
                await send({'type': 'http.response.body', 'body': b'{"double": 1}'})
        """,
    ),
    "an app that never answers": ("failed|error|timeout", "async def app(scope, receive, send): return None"),
    "an app that waits for ever": (
        "timeout",
        LIFESPAN
        + """
import asyncio
async def app(scope, receive, send):
    if scope['type'] == 'lifespan': return await lifespan(receive, send)
    await asyncio.Event().wait()
""",
    ),
    "an app with a status that is none": (
        "failed|error",
        """
        async def app(scope, receive, send):
            await send({'type': 'http.response.start', 'status': 'two hundred', 'headers': []})
            await send({'type': 'http.response.body', 'body': b''})
        """,
    ),
    "200 to everything": (
        FAILED,
        """
        @app.middleware('http')
        async def fine(request, call_next): return Response('{"double": 2}', media_type='application/json')
        """,
    ),
    "an app whose attributes loop": (
        "timeout|error|failed",
        """
        class Loop:
            def __getattr__(self, name):
                while True: pass
            def __call__(self, *a): return self
        app = Loop()
        """,
    ),
    "a module named fastapi.py": (
        "error|failed",
        """
        open('fastapi.py', 'w').write('class FastAPI: pass')
        for name in [name for name in sys.modules if name.startswith('fastapi')]: del sys.modules[name]
        import fastapi
        app = fastapi.FastAPI()
        """,
    ),
    "another main": ("error|failed", "import types\nsys.modules['main'] = types.ModuleType('main')\ndel app"),
    "comparison replaced on the app": (
        FAILED,
        """
        FastAPI.__eq__ = lambda *a: True
        @app.get('/double/{n}')
        def double(n: int): return n
        """,
    ),
}

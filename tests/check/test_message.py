import json
import re
from typing import Any

import pytest

from quizkit.check.match import ABSENT
from quizkit.check.message import (
    NotJson,
    body_json,
    body_text,
    compare,
    cookies,
    encode,
    expectation,
    header,
    media_type,
    observation,
    typed,
)
from quizkit.check.spec import RequestSpec, ResponseSpec
from quizkit.sandbox.protocol import Request, Response

JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("spec", "target"),
    [
        ("GET /items/{{n}}", "/items/7"),
        ("GET /a b/é", "/a%20b/%C3%A9"),
        ("GET /a%20b?q=1&r=%26", "/a%20b?q=1&r=%26"),
        ("GET /{{odd}}", "/x/y%20%23?z"),
        ({"path": "/", "params": {"a": 1, "b": True, "c": None, "d": "x y&z"}}, "/?a=1&b=true&c=null&d=x+y%26z"),
        ({"path": "/", "params": {"tag": ["a", "{{word}}", 2]}}, "/?tag=a&tag=lamp&tag=2"),
        ({"path": "/", "params": {"tag": []}}, "/"),
        ({"path": "/?a=1", "params": {"b": "{{n}}"}}, "/?a=1&b=7"),
        ({"path": "/", "params": {"{{word}}": "{{n}}"}}, "/?lamp=7"),
    ],
)
def test_the_target_is_encoded(spec: Any, target: str) -> None:
    assert _encode(spec).target == target


def test_the_short_form_sends_nothing_else() -> None:
    assert _encode("DELETE /a") == Request("DELETE", "/a", (), b"", new_client=True)


def test_a_later_request_keeps_the_client() -> None:
    assert not encode(RequestSpec.model_validate("GET /"), {}, new_client=False).new_client


def test_headers_are_texts_under_small_names() -> None:
    spec = {"path": "/", "headers": {"X-Token": "{{word}}", "X-Count": 3, "X-On": True}}
    assert _encode(spec).headers == (("x-token", "lamp"), ("x-count", "3"), ("x-on", "true"))


def test_cookies_go_out_in_one_header() -> None:
    assert _encode({"path": "/", "cookies": {"a": "{{n}}", "b": "x"}}).headers == (("cookie", "a=7; b=x"),)


@pytest.mark.parametrize(
    ("body", "sent", "headers"),
    [
        ({"json": {"a": "{{n}}", "b": ["{{word}}", None]}}, b'{"a":7,"b":["lamp",null]}', (JSON,)),
        ({"json": None}, b"null", (JSON,)),
        ({"json": False}, b"false", (JSON,)),
        ({"json": "{{word}}"}, b'"lamp"', (JSON,)),
        ({"json": 4.0}, b"4.0", (JSON,)),
        ({"data": {"a": "x y", "b": ["1", "{{n}}"]}}, b"a=x+y&b=1&b=7", (FORM,)),
        ({"data": {}}, b"", (FORM,)),
        ({"content": "raw {{word}} é"}, "raw lamp é".encode(), ()),
        ({"content": "{{n}}"}, b"7", ()),
        ({"content": ""}, b"", ()),
        (
            {"content": "<a/>", "headers": {"Content-Type": "text/xml"}},
            b"<a/>",
            (("content-type", "text/xml"),),
        ),
        (
            {"json": 1, "headers": {"CONTENT-TYPE": "application/vnd.api+json"}},
            b"1",
            (("content-type", "application/vnd.api+json"),),
        ),
    ],
)
def test_a_body_is_encoded(body: Any, sent: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    request = _encode({"method": "POST", "path": "/", **body})
    assert (request.body, request.headers) == (sent, headers)


def test_files_go_out_as_a_multipart_form() -> None:
    request = _encode(
        {
            "method": "POST",
            "path": "/",
            "data": {"note": "{{word}}"},
            "files": {
                "one": {"filename": "a.txt", "content": "hi {{n}}", "content_type": "text/plain"},
                "many": [{"filename": "b.bin", "content": "x"}, {"filename": "c.bin"}],
            },
        }
    )
    [(name, value)] = request.headers
    boundary = value.removeprefix("multipart/form-data; boundary=")
    assert name == "content-type"
    assert request.body.decode().replace(boundary, "B").replace("\r\n", "\n") == (
        '--B\nContent-Disposition: form-data; name="note"\n\nlamp\n'
        '--B\nContent-Disposition: form-data; name="one"; filename="a.txt"\nContent-Type: text/plain\n\nhi 7\n'
        '--B\nContent-Disposition: form-data; name="many"; filename="b.bin"\n'
        "Content-Type: application/octet-stream\n\nx\n"
        '--B\nContent-Disposition: form-data; name="many"; filename="c.bin"\n'
        "Content-Type: application/octet-stream\n\n\n"
        "--B--\n"
    )


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("GET /a?b=1&c=2", "curl 'http://localhost:8000/a?b=1&c=2'"),
        ("DELETE /a", "curl -X DELETE http://localhost:8000/a"),
        ("POST /a", "curl -X POST http://localhost:8000/a"),
        ("HEAD /a", "curl -I http://localhost:8000/a"),
        (
            {"method": "POST", "path": "/a", "json": {"it's": 1}},
            "curl http://localhost:8000/a -H 'content-type: application/json' -d '{\"it'\"'\"'s\":1}'",
        ),
        (
            {"method": "PUT", "path": "/a", "content": "x", "cookies": {"s": 1}},
            "curl -X PUT http://localhost:8000/a -H 'cookie: s=1' -d x",
        ),
        ({"path": "/a", "method": "POST", "content": "@x"}, "curl http://localhost:8000/a --data-raw @x"),
        (
            {"method": "POST", "path": "/a", "files": {"f": {"filename": "x"}}, "headers": {"A": "b"}},
            "curl http://localhost:8000/a -H 'a: b' # with a multipart form",
        ),
    ],
)
def test_a_request_as_curl_would_send_it(spec: Any, line: str) -> None:
    assert typed(_encode(spec)) == line


def test_what_is_expected_is_filled_in_and_begins_with_the_status() -> None:
    spec = {
        "media_type": "application/json",
        "headers": {"x-n": "{{n}}"},
        "json": {"id": "{{n}}", "sum": {"$expr": "n * 2"}},
        "cookies": {"s": {"value": "{{word}}"}},
        "text": {"$contains": "{{word}}"},
        "status": [200, 201],
    }
    expected = expectation(ResponseSpec.model_validate(spec), {"n": 7, "word": "lamp"})
    assert list(expected.items()) == [
        ("status", [200, 201]),
        ("json", {"id": 7, "sum": {"$expr": 14}}),
        ("text", {"$contains": "lamp"}),
        ("media_type", "application/json"),
        ("headers", {"x-n": "7"}),
        ("cookies", {"s": {"value": "lamp"}}),
    ]


def test_a_null_is_expected_only_where_it_is_written() -> None:
    assert expectation(ResponseSpec.model_validate({"status": 200, "json": None}), {}) == {"status": 200, "json": None}
    assert expectation(ResponseSpec.model_validate({"status": 200}), {}) == {"status": 200}


@pytest.mark.parametrize(
    ("spec", "response"),
    [
        ({"status": 200}, (200, {}, b"anything")),
        ({"status": [200, 201]}, (201, {}, b"")),
        ({"status": 200, "json": {"a": 4}}, (200, {}, b'{"a": 4.0}')),
        ({"status": 200, "json": None}, (200, {}, b"null")),
        ({"status": 200, "json_contains": {"a": [{"b": 1}]}}, (200, {}, b'{"a": [{"b": 1, "c": 2}], "d": 3}')),
        ({"status": 200, "text": "héllo"}, (200, {}, "héllo".encode())),
        ({"status": 200, "text": {"$matches": "^h.*o$"}}, (200, {}, b"hello")),
        ({"status": 200, "media_type": "text/html"}, (200, {"Content-Type": "Text/HTML; charset=utf-8"}, b"")),
        ({"status": 200, "bytes": {"begins": "89 50", "ends": "0A", "length": 3}}, (200, {}, b"\x89P\n")),
        ({"status": 200, "bytes": ""}, (200, {}, b"")),
        ({"status": 200, "bytes": 8950}, (200, {}, b"\x89P")),
        ({"status": 200, "headers": {"X-Total": "3", "x-no": {"$absent": True}}}, (200, {"x-total": "3"}, b"")),
        ({"status": 200, "cookies": {"s": {"httponly": True}}}, (200, {"Set-Cookie": "s=1; HttpOnly; Path=/"}, b"")),
        ({"status": 200, "cookies": {"s": {"$absent": True}}}, (200, {}, b"")),
        ({"status": 204, "text": ""}, (204, {}, b"")),
    ],
)
def test_a_response_is_as_expected(spec: Any, response: Any) -> None:
    assert _compare(spec, response) == []


@pytest.mark.parametrize(
    ("spec", "response", "found"),
    [
        ({"status": 200}, (404, {}, b""), (("status",), 200, 404, "")),
        ({"status": [200, 201]}, (204, {}, b""), (("status",), [200, 201], 204, "expected one of [200, 201]")),
        ({"status": 200, "json": {"a": 1}}, (200, {}, b'{"a": true}'), (("json", "a"), 1, True, "")),
        ({"status": 200, "json": {}}, (200, {}, b'{"a": 1}'), (("json", "a"), ABSENT, 1, "is not expected")),
        ({"status": 200, "json": {}}, (200, {}, b""), (("json",), {}, "", "the body is empty")),
        ({"status": 200, "json": {}}, (200, {}, b"<p>"), (("json",), {}, "<p>", "the body is not JSON")),
        (
            {"status": 200, "json": {"$any": True}},
            (200, {}, b"NaN"),
            (("json",), {"$any": True}, "NaN", "the body is not JSON (NaN is not JSON)"),
        ),
        (
            {"status": 200, "json_contains": {}},
            (200, {}, b'{"a": -Infinity}'),
            (("json",), {}, '{"a": -Infinity}', "the body is not JSON (-Infinity is not JSON)"),
        ),
        (
            {"status": 200, "json_contains": {"a": 1}},
            (200, {}, b"[1]"),
            (("json",), {"a": 1}, [1], ""),
        ),
        ({"status": 200, "text": "a"}, (200, {}, b"a\n"), (("text",), "a", "a\n", "")),
        ({"status": 200, "bytes": "89 50"}, (200, {}, b"\x89P\n"), (("bytes", "equal"), "8950", "89500a", "")),
        ({"status": 200, "bytes": {"begins": "504B"}}, (200, {}, b"\x89P\n"), (("bytes", "begins"), "504b", "8950", "")),
        ({"status": 200, "bytes": {"ends": "0d0a"}}, (200, {}, b"\x89P\n"), (("bytes", "ends"), "0d0a", "500a", "")),
        (
            {"status": 200, "bytes": {"length": {"$gt": 3}}},
            (200, {}, b"\x89P\n"),
            (("bytes", "length"), 3, 3, "expected more than 3"),
        ),
        ({"status": 200, "media_type": "text/html"}, (200, {}, b""), (("media_type",), "text/html", "", "")),
        ({"status": 200, "headers": {"x-a": "1"}}, (200, {}, b""), (("headers", "x-a"), "1", ABSENT, "is missing")),
        ({"status": 200, "headers": {"x-a": "1"}}, (200, {"X-A": "2"}, b""), (("headers", "x-a"), "1", "2", "")),
        (
            {"status": 200, "cookies": {"s": {"secure": True}}},
            (200, {"set-cookie": "s=1"}, b""),
            (("cookies", "s", "secure"), True, False, ""),
        ),
        (
            {"status": 200, "cookies": {"s": {"max_age": 60}}},
            (200, {"set-cookie": "s=1"}, b""),
            (("cookies", "s", "max_age"), 60, ABSENT, "is missing"),
        ),
        (
            {"status": 200, "cookies": {"s": {"value": "1"}}},
            (200, {}, b""),
            (("cookies", "s"), {"value": "1"}, ABSENT, "is missing"),
        ),
    ],
)
def test_a_response_is_not_as_expected(spec: Any, response: Any, found: Any) -> None:
    assert _compare(spec, response) == [found]


def test_all_that_differs_is_told_the_status_first() -> None:
    spec = {"json": {"a": 1}, "text": "x", "media_type": "text/html", "headers": {"h": "1"}, "status": 200}
    assert [place for place, *_ in _compare(spec, (500, {}, b"[]"))] == [
        ("status",),
        ("headers", "h"),
        ("media_type",),
        ("text",),
        ("json",),
    ]


def test_a_list_of_statuses_is_one_for_each_turn_of_a_repeated_request() -> None:
    expected = {"status": [200, 429]}
    statuses = [200, 429]
    assert all(compare(expected, _response(status), nth=nth) == () for nth, status in enumerate(statuses))
    assert compare(expected, _response(429), nth=0) != ()
    assert compare(expected, _response(429)) == ()
    assert compare({"status": [200]}, _response(200), nth=3) == ()


def test_a_repeated_header_is_joined_and_its_name_has_no_case() -> None:
    response = Response(200, (("Vary", "a"), ("VARY", "b")), b"", 0)
    assert header(response, "vary") == "a, b"
    assert header(response, "other") is ABSENT


def test_cookies_are_told_with_their_attributes() -> None:
    response = Response(
        200,
        (
            (
                "set-cookie",
                "s=a.b; Max-Age=60; Path=/x; Domain=a.example; SameSite=Lax; Secure; HttpOnly; "
                "expires=Wed, 21 Oct 2026 07:28:00 GMT",
            ),
            ("Set-Cookie", 't="x y"'),
            ("set-cookie", "gone=; max-age=0"),
        ),
        b"",
        0,
    )
    assert cookies(response) == {
        "s": {
            "value": "a.b",
            "httponly": True,
            "secure": True,
            "path": "/x",
            "domain": "a.example",
            "expires": "Wed, 21 Oct 2026 07:28:00 GMT",
            "samesite": "lax",
            "max_age": 60,
        },
        "t": {"value": "x y", "httponly": False, "secure": False},
        "gone": {"value": "", "httponly": False, "secure": False, "max_age": 0},
    }


@pytest.mark.parametrize("text", ["", ";", "=", "a b=c", "\x00", "=; Path=/"])
def test_a_set_cookie_that_is_none_is_passed_over(text: str) -> None:
    assert cookies(Response(200, (("set-cookie", text),), b"", 0)) == {}


@pytest.mark.parametrize("age", ["--5", '"²"'])
def test_an_odd_age_of_a_cookie_stays_a_text(age: str) -> None:
    found = cookies(Response(200, (("set-cookie", f"s=1; Max-Age={age}"),), b"", 0))
    assert found["s"]["max_age"] == age.strip('"')


@pytest.mark.parametrize(
    ("text", "found"),
    [("application/json", "application/json"), (" Text/HTML ; charset=x", "text/html"), (None, "")],
)
def test_the_media_type_is_without_parameters(text: str | None, found: str) -> None:
    assert media_type(Response(200, (("Content-Type", text),) if text else (), b"", 0)) == found


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nan", b"NaN", b"[1, Infinity]", b"'a'", b"\xff", b"{} {}", b"[" * 100_000, b"1" * 5000],
    ids=lambda body: body[:8].hex() or "empty",
)
def test_a_body_that_is_not_json(body: bytes) -> None:
    with pytest.raises(NotJson, match=r"^the body is (empty|not JSON( \((NaN|Infinity) is not JSON\))?)$"):
        body_json(_response(200, body))


def test_bytes_that_are_no_text_are_shown_with_marks() -> None:
    assert body_text(_response(200, b"a\xffb")) == "a\ufffdb"


def test_what_came_back_is_shown_as_json_where_it_is_json() -> None:
    assert observation(_response(201, b'{"a": 1}')) == {"status": 201, "json": {"a": 1}}
    assert observation(_response(500, b"Internal")) == {"status": 500, "text": "Internal"}
    assert observation(_response(204)) == {"status": 204, "text": ""}
    assert len(observation(_response(200, b"x" * 9000))["text"]) == 9000


def test_of_a_body_that_is_far_too_long_only_the_beginning_is_kept() -> None:
    body = json.dumps({"items": list(range(100_000)), "text": "x" * 9000}).encode()
    assert observation(_response(200, body)) == {"status": 200, "text": body[:4000].decode()}
    spec = {"status": 200, "json": {"items": {"$length": 3}, "text": {"$equal": "y"}}}
    by_path = {path: actual for path, _, actual, _ in _compare(spec, (200, {}, body))}
    assert by_path == {("json", "items"): "a list with 100,000 elements", ("json", "text"): "x" * 4000}


def test_a_response_that_differs_in_thousands_of_places_has_fifty_of_them() -> None:
    body = json.dumps({f"k{number}": number for number in range(5000)}).encode()
    assert len(_compare({"status": 200, "json": {}}, (200, {}, body))) == 50


@pytest.mark.parametrize("spec", ["GET /{{n}}", {"path": "/", "params": {"a": "{{n}}"}}, {"path": "/", "content": "{{n}}"}])
def test_half_a_character_saved_from_a_response_can_be_sent(spec: Any) -> None:
    half = body_json(_response(200, b'"\\ud800"'))
    request = encode(RequestSpec.model_validate(spec), {"n": half}, new_client=False)
    assert re.fullmatch(r"[\x00-\x7f]*", request.target)


def _encode(spec: Any) -> Request:
    values = {"n": 7, "word": "lamp", "odd": "x/y #?z"}
    return encode(RequestSpec.model_validate(spec), values, new_client=True)


def _response(status: int, body: bytes = b"") -> Response:
    return Response(status, (), body, 0)


def _compare(spec: Any, response: tuple[int, dict[str, str], bytes]) -> list[Any]:
    status, headers, body = response
    expected = expectation(ResponseSpec.model_validate(spec), {})
    found = compare(expected, Response(status, tuple(headers.items()), body, 0))
    return [(m.path, m.expected, m.actual, m.message) for m in found]


def test_a_cookie_that_no_browser_would_keep_is_not_read() -> None:
    """`http.cookies` takes minutes for this one."""
    response = Response(200, (("set-cookie", 'a="' + "\\" * 400_000 + '"'), ("set-cookie", "b=1")), b"", 0.0)
    assert list(cookies(response)) == ["b"]

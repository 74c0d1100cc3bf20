# syntax=docker/dockerfile:1

# ---------- build: has a compiler ----------
FROM python:3.13 AS builder

COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /usr/local/bin/uv

WORKDIR /build
RUN uv venv /opt/venv

COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install \
        --python /opt/venv/bin/python \
        -r requirements.txt


# ---------- run: only what is needed ----------
FROM python:3.13-slim-bookworm AS runtime

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH="/opt/venv/bin:$PATH"

RUN groupadd --gid 1000 web \
    && useradd --uid 1000 --gid web --no-create-home --shell /usr/sbin/nologin web

WORKDIR /srv
COPY --from=builder /opt/venv /opt/venv
COPY --chown=web:web ./app ./app

USER web:web

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]

CMD ["fastapi", "run", "app/main.py", "--host", "0.0.0.0", "--port", "8000"]

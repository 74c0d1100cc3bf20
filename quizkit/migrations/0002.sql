-- What the marker made of an answer, and what the person made of that: never changed either.
CREATE TABLE marking (
    review TEXT PRIMARY KEY,
    confidence REAL NOT NULL,
    score REAL NOT NULL,
    said_score REAL NOT NULL,
    suggested INTEGER NOT NULL CHECK (suggested BETWEEN 1 AND 4),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
    points TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

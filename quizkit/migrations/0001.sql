-- The log: rows are only ever added.
CREATE TABLE review (
    id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
    score REAL NOT NULL,
    at TEXT NOT NULL,
    took_s REAL NOT NULL,
    hints INTEGER NOT NULL,
    late INTEGER NOT NULL,
    session TEXT NOT NULL,
    reasons TEXT NOT NULL,
    answer TEXT NOT NULL,
    counts INTEGER NOT NULL
) STRICT;

CREATE TABLE withdrawal (
    review TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

-- From here on a question's earlier reviews no longer count.
CREATE TABLE reset (
    question TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

-- The newest row of a name is its value.
CREATE TABLE setting (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

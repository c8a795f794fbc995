"""The tables of the history file, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3

#: "Hvst" in `PRAGMA application_id`: a database that does not bear it is not ours, and is left alone.
APPLICATION_ID = 0x48767374

_HISTORY = """
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE scan (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, series INTEGER NOT NULL REFERENCES word, taken_at TEXT NOT NULL, judged_at TEXT NOT NULL,
    version TEXT NOT NULL, snapshot_digest TEXT NOT NULL, declarations_digest TEXT NOT NULL, resources INTEGER NOT NULL,
    asked INTEGER NOT NULL, answered INTEGER NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL, waived INTEGER NOT NULL
);
CREATE INDEX scan_by_series ON scan (series, taken_at);
CREATE TABLE look (id INTEGER PRIMARY KEY REFERENCES word, taken_at TEXT NOT NULL, answered INTEGER NOT NULL);
CREATE TABLE question (
    id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, check_id INTEGER NOT NULL REFERENCES word, fact INTEGER NOT NULL REFERENCES word,
    params INTEGER NOT NULL REFERENCES word, subject INTEGER NOT NULL REFERENCES word, look INTEGER NOT NULL REFERENCES word, severity TEXT NOT NULL,
    gap INTEGER NOT NULL, state TEXT NOT NULL, known TEXT, failed_before INTEGER NOT NULL,
    first_scan INTEGER NOT NULL REFERENCES scan, since INTEGER NOT NULL REFERENCES scan
);
CREATE INDEX question_by_state ON question (state);
CREATE TABLE change (
    question INTEGER NOT NULL REFERENCES question, scan INTEGER NOT NULL REFERENCES scan, state TEXT NOT NULL, kind TEXT, reason TEXT, why INTEGER NOT NULL REFERENCES word,
    PRIMARY KEY (question, scan)
) WITHOUT ROWID;
CREATE INDEX change_by_scan ON change (scan);
CREATE TABLE tally (
    scan INTEGER NOT NULL REFERENCES scan, check_id INTEGER NOT NULL REFERENCES word, pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL,
    waived INTEGER NOT NULL, PRIMARY KEY (scan, check_id)
) WITHOUT ROWID;
CREATE TABLE settlement (
    scan INTEGER NOT NULL REFERENCES scan, promise INTEGER NOT NULL REFERENCES word, text INTEGER NOT NULL REFERENCES word, status TEXT NOT NULL,
    pass INTEGER NOT NULL, fail INTEGER NOT NULL, unknown INTEGER NOT NULL, waived INTEGER NOT NULL, PRIMARY KEY (scan, promise)
) WITHOUT ROWID;
CREATE TABLE gap (
    look INTEGER NOT NULL REFERENCES word, opened INTEGER NOT NULL REFERENCES scan, closed INTEGER REFERENCES scan, series INTEGER NOT NULL REFERENCES word,
    reason TEXT NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (look, opened)
) WITHOUT ROWID;
CREATE INDEX gap_open ON gap (closed) WHERE closed IS NULL;
CREATE TABLE certificate (
    subject INTEGER NOT NULL REFERENCES word, key TEXT NOT NULL, names TEXT NOT NULL, issuer TEXT NOT NULL, not_before TEXT NOT NULL, not_after TEXT NOT NULL,
    look INTEGER NOT NULL REFERENCES word, first_scan INTEGER NOT NULL REFERENCES scan, last_scan INTEGER NOT NULL REFERENCES scan, PRIMARY KEY (subject, key)
) WITHOUT ROWID;
CREATE TABLE recovery (
    subject INTEGER NOT NULL REFERENCES word, at TEXT NOT NULL, kind TEXT NOT NULL, last_seen TEXT NOT NULL, PRIMARY KEY (subject, at)
) WITHOUT ROWID;
"""

_OUTBOX = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, severity TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    at TEXT NOT NULL, scan INTEGER REFERENCES scan
);
CREATE TABLE channel (name TEXT PRIMARY KEY, after_event INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE delivery (
    channel TEXT NOT NULL REFERENCES channel, event INTEGER NOT NULL REFERENCES event, state TEXT NOT NULL, due_at TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    claimed_until TEXT, message TEXT, error TEXT, sent_at TEXT, PRIMARY KEY (channel, event)
) WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (channel, due_at) WHERE state = 'waiting';
"""

_SCHEDULE = """
CREATE TABLE slot (job TEXT NOT NULL, due TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, code INTEGER, PRIMARY KEY (job, due)) WITHOUT ROWID;
"""

#: One script a version; never changed once released, only added to. The file's `PRAGMA user_version` counts them.
MIGRATIONS: tuple[str, ...] = (_HISTORY, _OUTBOX, _SCHEDULE)


def migrate(connection: sqlite3.Connection, upto: int = len(MIGRATIONS)) -> None:
    """Bring a file to a version, in one transaction: killed in between, it is as it was. The caller looks at versions that are too new."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = user_version(connection)
        for number, script in enumerate(MIGRATIONS[version:upto], version + 1):
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def user_version(connection: sqlite3.Connection) -> int:
    """The version of the file's tables; 0 for a new one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version

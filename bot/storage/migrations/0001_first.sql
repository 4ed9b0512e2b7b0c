-- Times are ISO 8601 in UTC with microseconds, so that text order is time order.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE association (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    created TEXT NOT NULL
) STRICT;

-- Ids are never used again: what an erased person left without identity must not become another's.
CREATE TABLE person (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL DEFAULT '',
    standing    TEXT NOT NULL DEFAULT 'member' CHECK (standing IN ('member', 'staff')),
    language    TEXT NOT NULL DEFAULT 'fr',
    reachable   INTEGER NOT NULL DEFAULT 1 CHECK (reachable IN (0, 1)),
    association INTEGER REFERENCES association (id),
    created     TEXT NOT NULL,
    seen        TEXT NOT NULL
) STRICT;
CREATE INDEX person_association ON person (association) WHERE association IS NOT NULL;

CREATE TABLE address (
    channel TEXT NOT NULL,
    id      TEXT NOT NULL,
    person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_person ON address (person);

CREATE TABLE session (
    person  INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

CREATE TABLE answer (
    owner       TEXT NOT NULL CHECK (owner IN ('person', 'association')),
    owner_id    INTEGER NOT NULL,
    flow        TEXT NOT NULL,
    run         TEXT NOT NULL,
    name        TEXT NOT NULL,
    value       TEXT NOT NULL,
    personal    INTEGER NOT NULL DEFAULT 0,
    given_by    INTEGER REFERENCES person (id) ON DELETE SET NULL,
    given       TEXT NOT NULL,
    erase_after TEXT,
    PRIMARY KEY (owner, owner_id, flow, run, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_erase ON answer (erase_after) WHERE erase_after IS NOT NULL;
CREATE INDEX answer_given_by ON answer (given_by) WHERE given_by IS NOT NULL;
-- A quoted SHA-256: answers that are files.
CREATE INDEX answer_file ON answer (value) WHERE length(value) = 66;

CREATE TABLE task (
    row      INTEGER PRIMARY KEY,
    owner    TEXT NOT NULL CHECK (owner IN ('person', 'association')),
    owner_id INTEGER NOT NULL,
    id       TEXT NOT NULL,
    title    TEXT NOT NULL,
    due      TEXT,
    done     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX task_open ON task (owner, owner_id, id) WHERE done = 0;

CREATE TABLE timer (
    person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    due     TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due);

CREATE TABLE journey (
    id      INTEGER PRIMARY KEY,
    person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    flow    TEXT NOT NULL,
    began   TEXT NOT NULL,
    ended   TEXT,
    outcome TEXT CHECK (outcome IN ('done', 'cancelled', 'left'))
) STRICT;
CREATE INDEX journey_person ON journey (person, flow);

CREATE TABLE request (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    at     TEXT NOT NULL,
    reason TEXT NOT NULL,
    text   TEXT NOT NULL,
    state  TEXT NOT NULL DEFAULT 'open'
) STRICT;
CREATE INDEX request_person ON request (person);

-- Without identity, and by day only: a question must not lead back to who asked it.
CREATE TABLE miss (
    id      INTEGER PRIMARY KEY,
    day     TEXT NOT NULL,
    text    TEXT NOT NULL,
    verdict TEXT NOT NULL,
    guesses TEXT NOT NULL
) STRICT;

CREATE TABLE problem (
    id   INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,
    code TEXT NOT NULL,
    flow TEXT NOT NULL,
    step TEXT NOT NULL
) STRICT;

-- Who a kept file belongs to; the bytes lie beside the database under their hash.
CREATE TABLE file (
    sha256     TEXT NOT NULL,
    person     INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    origin     TEXT NOT NULL CHECK (origin IN ('received', 'export')),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,
    added      TEXT NOT NULL,
    PRIMARY KEY (sha256, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_person ON file (person);

CREATE TABLE history (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    person    INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    at        TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    tapped    INTEGER NOT NULL DEFAULT 0,
    key       TEXT,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX history_person ON history (person, id);
CREATE INDEX history_at ON history (at);

CREATE TABLE inbox (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    channel   TEXT NOT NULL,
    update_id INTEGER NOT NULL,
    lane      TEXT NOT NULL,
    body      TEXT,
    state     TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'aside')),
    reason    TEXT,
    arrived   TEXT NOT NULL,
    UNIQUE (channel, update_id)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (channel, id) WHERE state = 'waiting';
CREATE INDEX inbox_lane ON inbox (channel, lane, id) WHERE state <> 'done';
CREATE INDEX inbox_arrived ON inbox (arrived);

-- `person` is null for the farewell to an erased person. Lower priority leaves first.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    person       INTEGER REFERENCES person (id) ON DELETE CASCADE,
    channel      TEXT NOT NULL,
    address      TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    edits        INTEGER NOT NULL DEFAULT 0,
    key          TEXT,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_attempt TEXT NOT NULL,
    created      TEXT NOT NULL,
    reason       TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (priority, id) WHERE state = 'waiting';
CREATE INDEX outbox_address ON outbox (channel, address, priority, id) WHERE state = 'waiting';
CREATE INDEX outbox_person ON outbox (person) WHERE person IS NOT NULL;

-- Where a delivered message is found again for an edit.
CREATE TABLE sent (
    channel   TEXT NOT NULL,
    address   TEXT NOT NULL,
    key       TEXT NOT NULL,
    reference TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (channel, address, key)
) STRICT, WITHOUT ROWID;

-- Salted hashes of erased addresses: a restored backup must not bring them back.
CREATE TABLE erasure (
    hash TEXT PRIMARY KEY,
    at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

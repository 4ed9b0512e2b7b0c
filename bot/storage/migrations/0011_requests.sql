-- What people ask of staff: who sees to it, where it stands, and where it is talked about.

ALTER TABLE request ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN pack TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN assigned INTEGER REFERENCES person (id) ON DELETE SET NULL;
ALTER TABLE request ADD COLUMN talking INTEGER NOT NULL DEFAULT 0 CHECK (talking IN (0, 1));
ALTER TABLE request ADD COLUMN shared INTEGER CHECK (shared IN (0, 1));
ALTER TABLE request ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN answered TEXT;
ALTER TABLE request ADD COLUMN closed TEXT;
ALTER TABLE request ADD COLUMN score TEXT CHECK (score IN ('good', 'half', 'bad'));
ALTER TABLE request ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- Until now every wish was a row of its own, and nobody could close one.
UPDATE request SET state = 'closed', closed = at
 WHERE id NOT IN (SELECT max(id) FROM request GROUP BY person);
CREATE UNIQUE INDEX request_open ON request (person) WHERE state <> 'closed';
CREATE INDEX request_assigned ON request (assigned) WHERE assigned IS NOT NULL;
CREATE INDEX request_closed ON request (closed) WHERE closed IS NOT NULL;

-- The topic of a request in a group of staff: its id there, and how it looked when it was last told.
CREATE TABLE request_topic (
    request   INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    channel   TEXT NOT NULL,
    address   TEXT NOT NULL,
    reference TEXT NOT NULL,
    shown     TEXT NOT NULL,
    PRIMARY KEY (request, channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_topic_reference ON request_topic (channel, address, reference);

-- Of a message about a request: which, and what is told to whom once it arrived or cannot (JSON, or null).
ALTER TABLE outbox ADD COLUMN request INTEGER REFERENCES request (id) ON DELETE CASCADE;
ALTER TABLE outbox ADD COLUMN notice TEXT;
CREATE INDEX outbox_request ON outbox (request) WHERE request IS NOT NULL;

-- Answers of staff that may become entries; nobody's name, as with proposals.
CREATE TABLE entry_draft (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT NOT NULL,
    question TEXT NOT NULL,
    answer   TEXT NOT NULL,
    state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused'))
) STRICT;

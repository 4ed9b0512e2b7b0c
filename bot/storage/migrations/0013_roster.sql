-- People in bulk: who is expected, what was taken from a file, and the files that staff asked for or sent.

-- Whether an answer came from a file; what a person answers themselves is 0 again.
ALTER TABLE answer ADD COLUMN imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1));

-- Somebody who has not written yet: a bot cannot write first. Taken over, and gone, at their first contact.
-- `off` as in `preference`; `answers`: JSON list of owner, name, value, personal, erase_after.
CREATE TABLE expected (
    channel  TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    language TEXT NOT NULL,
    off      TEXT NOT NULL DEFAULT '',
    answers  TEXT NOT NULL,
    imported TEXT NOT NULL,
    PRIMARY KEY (channel, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX expected_imported ON expected (imported);

-- What staff asked for in the chat: everybody as a file, or a file to be read and, once agreed, applied.
-- `tally` is how far it is, as JSON, in the transaction of the lines that it counts.
CREATE TABLE roster (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    person    INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    channel   TEXT NOT NULL,
    address   TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('export', 'import')),
    state     TEXT NOT NULL CHECK (state IN ('asked', 'shown', 'agreed', 'done', 'dropped')),
    condition TEXT NOT NULL DEFAULT '',
    file      TEXT NOT NULL DEFAULT '',
    name      TEXT NOT NULL DEFAULT '',
    replaces  INTEGER NOT NULL DEFAULT 0,
    tally     TEXT NOT NULL DEFAULT '',
    asked     TEXT NOT NULL
) STRICT;
CREATE INDEX roster_open ON roster (id) WHERE state IN ('asked', 'agreed');
CREATE INDEX roster_person ON roster (person);

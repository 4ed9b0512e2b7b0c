-- Roles beyond staff, how people come to them, and what they did.

-- SQLite cannot change a check: the column is made anew. Who is named in the settings is raised again when
-- they write.
ALTER TABLE person ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
    CHECK (role IN ('member', 'organiser', 'staff', 'admin'));
ALTER TABLE person DROP COLUMN standing;
ALTER TABLE person RENAME COLUMN role TO standing;
CREATE INDEX person_team ON person (standing) WHERE standing <> 'member';

-- A link that gives a role once. Only its hash is kept: who reads the database cannot use it.
CREATE TABLE invitation (
    hash     TEXT PRIMARY KEY,
    standing TEXT NOT NULL CHECK (standing IN ('organiser', 'staff')),
    made_by  INTEGER REFERENCES person (id) ON DELETE SET NULL,
    made     TEXT NOT NULL,
    expires  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_made_by ON invitation (made_by) WHERE made_by IS NOT NULL;

-- What staff did; `person` is null for the command line, and once the person is erased.
CREATE TABLE journal (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     TEXT NOT NULL,
    person INTEGER REFERENCES person (id) ON DELETE SET NULL,
    act    TEXT NOT NULL,
    about  TEXT NOT NULL
) STRICT;
CREATE INDEX journal_person ON journal (person) WHERE person IS NOT NULL;
CREATE INDEX journal_at ON journal (at);

-- What was tried without the right to, by day only: nobody can fill the disk with it.
CREATE TABLE refusal (
    day   TEXT NOT NULL,
    act   TEXT NOT NULL,
    place TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, act, place)
) STRICT, WITHOUT ROWID;

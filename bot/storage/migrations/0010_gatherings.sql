-- Around an event: its picture and its paper, who was there, and who has its card in front of them.

-- The journey that who was there may go on with, and when staff last reminded those who come.
ALTER TABLE event ADD COLUMN follow_up TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN reminded TEXT;
-- What the code at the door holds; made when it is first shown, and made anew when staff want it.
ALTER TABLE event ADD COLUMN code TEXT NOT NULL DEFAULT '';

-- Who said "perhaps" is asked once more, and once only.
ALTER TABLE registration ADD COLUMN asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1));

-- A file of an event is nobody's: everybody may see it.
CREATE TABLE event_file (
    event       TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('picture', 'paper')),
    sha256      TEXT NOT NULL,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        INTEGER NOT NULL,
    alternative TEXT NOT NULL,
    PRIMARY KEY (event, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_file_bytes ON event_file (sha256);

-- Who was there. Who came without the assistant has a name and no person.
CREATE TABLE attendance (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    event  TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    person INTEGER REFERENCES person (id) ON DELETE CASCADE,
    name   TEXT NOT NULL DEFAULT '',
    "by"   INTEGER REFERENCES person (id) ON DELETE SET NULL,
    how    TEXT NOT NULL CHECK (how IN ('list', 'self', 'guest', 'file')),
    at     TEXT NOT NULL,
    UNIQUE (event, person)
) STRICT;
CREATE INDEX attendance_person ON attendance (person) WHERE person IS NOT NULL;
CREATE INDEX attendance_by ON attendance ("by") WHERE "by" IS NOT NULL;

-- Cards that a person looked at lately, by the key of their message: those are brought up to date.
CREATE TABLE looked (
    card    TEXT NOT NULL,
    person  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    at      TEXT NOT NULL,
    PRIMARY KEY (card, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX looked_person ON looked (person);
CREATE INDEX looked_at ON looked (card, at);

-- What people said of an event afterwards: answers of the flow that asks for it, found by the event.
CREATE INDEX answer_event ON answer (value) WHERE name = 'evenement';

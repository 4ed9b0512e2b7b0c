-- Happenings that staff announce, and what people said to them.

CREATE TABLE event (
    id          TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('draft', 'announced', 'cancelled')),
    title       TEXT NOT NULL,
    starts      TEXT NOT NULL,
    ends        TEXT NOT NULL,
    zone        TEXT NOT NULL,
    place       TEXT NOT NULL,
    link        TEXT NOT NULL,
    description TEXT NOT NULL,
    capacity    INTEGER CHECK (capacity > 0),
    organiser   TEXT NOT NULL,
    deadline    TEXT,
    changed     TEXT NOT NULL
) STRICT;
CREATE INDEX event_ends ON event (ends);

-- Rows grow in the order in which people took their place: that is the order of the waiting list.
CREATE TABLE registration (
    row    INTEGER PRIMARY KEY AUTOINCREMENT,
    event  TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    place  TEXT NOT NULL CHECK (place IN ('seated', 'waiting', 'maybe', 'declined')),
    at     TEXT NOT NULL,
    UNIQUE (event, person)
) STRICT;
CREATE INDEX registration_place ON registration (event, place, row);
CREATE INDEX registration_person ON registration (person);

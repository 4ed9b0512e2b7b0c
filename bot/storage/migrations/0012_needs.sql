-- Numbers about what people need. All but the last table are without identity and by day: a number must not
-- lead back to anybody, and outlives who was erased.

CREATE TABLE asked (
    day     TEXT NOT NULL,
    fate    TEXT NOT NULL CHECK (fate IN ('answered', 'chosen', 'suggested', 'unanswered')),
    article TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (day, fate, article)
) STRICT, WITHOUT ROWID;

-- Steps of runs that have ended; step '' is the flow as a whole. What is open stands in the sessions.
CREATE TABLE passage (
    day   TEXT NOT NULL,
    flow  TEXT NOT NULL,
    step  TEXT NOT NULL,
    fate  TEXT NOT NULL CHECK (fate IN ('passed', 'left')),
    count INTEGER NOT NULL,
    PRIMARY KEY (day, flow, step, fate)
) STRICT, WITHOUT ROWID;

-- How many people were active in the days up to the end of a day: `person.seen` knows only the last time.
CREATE TABLE active (
    day    TEXT NOT NULL,
    days   INTEGER NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (day, days)
) STRICT, WITHOUT ROWID;

-- Weeks, by their Monday, whose digest was sent or not worth sending.
CREATE TABLE digest (
    week   TEXT PRIMARY KEY,
    at     TEXT NOT NULL,
    copies INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Staff who do not want it.
CREATE TABLE undigested (
    person INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    since  TEXT NOT NULL
) STRICT;

CREATE INDEX journey_began ON journey (began);
CREATE INDEX request_at ON request (at);

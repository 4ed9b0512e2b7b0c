-- What a person wants to hear of announcements, and what audiences are chosen by.

-- `off`: kinds of announcements that are not for them, joined by commas. `quiet`: local `21:00-08:00`; null: the
-- hours of the settings.
CREATE TABLE preference (
    person       INTEGER PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    off          TEXT NOT NULL DEFAULT '',
    weekly       INTEGER NOT NULL DEFAULT 0 CHECK (weekly IN (0, 1)),
    quiet        TEXT,
    paused_until TEXT,
    changed      TEXT NOT NULL
) STRICT;
CREATE INDEX preference_paused ON preference (paused_until) WHERE paused_until IS NOT NULL;

-- When a copy was made or settled, or may leave: an audience may spare who got one lately.
ALTER TABLE delivery ADD COLUMN at TEXT NOT NULL DEFAULT '';
UPDATE delivery SET at = (SELECT created FROM announcement WHERE announcement.id = delivery.announcement);

-- One text to many: made once, claimed window by window into the outbox, each copy's fate kept.

CREATE TABLE announcement (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT NOT NULL UNIQUE,
    body          TEXT NOT NULL,
    state         TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
    reason        TEXT NOT NULL DEFAULT '',
    on_unknown    TEXT NOT NULL CHECK (on_unknown IN ('skip', 'resend')),
    created       TEXT NOT NULL,
    people        INTEGER NOT NULL,
    claimed_up_to INTEGER NOT NULL DEFAULT 0,
    last          INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
    announcement INTEGER NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
    person       INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    fate         TEXT NOT NULL CHECK (fate IN ('claimed', 'sent', 'blocked', 'refused', 'unknown', 'dropped')),
    reason       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (announcement, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_person ON delivery (person);
CREATE INDEX delivery_claimed ON delivery (announcement) WHERE fate = 'claimed';

ALTER TABLE outbox ADD COLUMN announcement INTEGER REFERENCES announcement (id) ON DELETE CASCADE;
CREATE INDEX outbox_announcement ON outbox (announcement) WHERE announcement IS NOT NULL;

-- Announcements that start later, come again, are corrected or taken back; what people did with their copies.

-- The whole plan instead of its text alone.
ALTER TABLE announcement RENAME COLUMN body TO plan;
UPDATE announcement SET plan = json_object('message', json(plan), 'on_unknown', on_unknown);

-- SQLite cannot change a check: the column is made anew.
ALTER TABLE announcement ADD COLUMN stage TEXT NOT NULL DEFAULT 'planned'
    CHECK (stage IN ('planned', 'running', 'paused', 'cancelled', 'done'));
UPDATE announcement SET stage = state;
ALTER TABLE announcement DROP COLUMN state;
ALTER TABLE announcement RENAME COLUMN stage TO state;

ALTER TABLE announcement ADD COLUMN kind TEXT NOT NULL DEFAULT 'life';
ALTER TABLE announcement ADD COLUMN starts TEXT NOT NULL DEFAULT '';
ALTER TABLE announcement ADD COLUMN began TEXT;
ALTER TABLE announcement ADD COLUMN ended TEXT;
ALTER TABLE announcement ADD COLUMN made_by INTEGER REFERENCES person (id) ON DELETE SET NULL;
-- The first of a series, and the how-manieth this one is.
ALTER TABLE announcement ADD COLUMN series INTEGER;
ALTER TABLE announcement ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
-- Grows with each correction; what the last one does about copies that have arrived.
ALTER TABLE announcement ADD COLUMN edition INTEGER NOT NULL DEFAULT 1;
ALTER TABLE announcement ADD COLUMN sweep TEXT NOT NULL DEFAULT '' CHECK (sweep IN ('', 'correct', 'recall'));
-- The edition of which the report was sent.
ALTER TABLE announcement ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;
-- Refusals of copies up to this person are forgiven: staff resumed it after them.
ALTER TABLE announcement ADD COLUMN tried_from INTEGER NOT NULL DEFAULT 0;
-- What remains once the copies are forgotten.
ALTER TABLE announcement ADD COLUMN summary TEXT;
UPDATE announcement SET starts = created, began = created, reported = 1;
CREATE INDEX announcement_made_by ON announcement (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX announcement_state ON announcement (state);

DROP INDEX delivery_claimed;
ALTER TABLE delivery ADD COLUMN outcome TEXT NOT NULL DEFAULT 'claimed'
    CHECK (outcome IN ('later', 'claimed', 'sent', 'blocked', 'refused', 'unknown', 'dropped', 'recalled'));
UPDATE delivery SET outcome = fate;
ALTER TABLE delivery DROP COLUMN fate;
ALTER TABLE delivery RENAME COLUMN outcome TO fate;
-- Where it arrived, so that it can be edited.
ALTER TABLE delivery ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN reference TEXT NOT NULL DEFAULT '';
-- The edition that it shows, and the one to which it was edited last, or could not be.
ALTER TABLE delivery ADD COLUMN edition INTEGER NOT NULL DEFAULT 1;
ALTER TABLE delivery ADD COLUMN swept INTEGER NOT NULL DEFAULT 0;
-- Its own poll, and the numbers of the answers given.
ALTER TABLE delivery ADD COLUMN poll TEXT;
ALTER TABLE delivery ADD COLUMN vote TEXT;
CREATE INDEX delivery_fate ON delivery (announcement, fate, edition);
CREATE INDEX delivery_later ON delivery (announcement, at) WHERE fate = 'later';
CREATE INDEX delivery_vote ON delivery (announcement) WHERE vote IS NOT NULL;
CREATE UNIQUE INDEX delivery_poll ON delivery (poll) WHERE poll IS NOT NULL;

CREATE TABLE click (
    announcement INTEGER NOT NULL REFERENCES announcement (id) ON DELETE CASCADE,
    person       INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    act          TEXT NOT NULL,
    at           TEXT NOT NULL,
    PRIMARY KEY (announcement, person, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX click_person ON click (person);

ALTER TABLE outbox ADD COLUMN edition INTEGER;
DROP INDEX outbox_announcement;
CREATE INDEX outbox_announcement ON outbox (announcement, person) WHERE announcement IS NOT NULL;

-- What people say about answers, and what becomes of the questions that had none.

-- By day and entry only: an opinion must not lead back to who had it.
CREATE TABLE opinion (
    day     TEXT NOT NULL,
    article TEXT NOT NULL,
    helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
    count   INTEGER NOT NULL,
    PRIMARY KEY (day, article, helpful)
) STRICT, WITHOUT ROWID;

-- Built anew, so that ids are never used again: a group of questions is named by its oldest row.
CREATE TABLE miss_anew (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    day     TEXT NOT NULL,
    text    TEXT NOT NULL,
    verdict TEXT NOT NULL,
    guesses TEXT NOT NULL,
    state   TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'proposed', 'done', 'dismissed'))
) STRICT;
INSERT INTO miss_anew (id, day, text, verdict, guesses) SELECT id, day, text, verdict, guesses FROM miss;
DROP TABLE miss;
ALTER TABLE miss_anew RENAME TO miss;

-- What staff want added to an entry; nobody's name, like the questions it comes from.
CREATE TABLE proposal (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    day       TEXT NOT NULL,
    article   TEXT NOT NULL,
    phrasings TEXT NOT NULL,
    misses    TEXT NOT NULL,
    state     TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused'))
) STRICT;

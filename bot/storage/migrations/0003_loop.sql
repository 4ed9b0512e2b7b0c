-- What people say about answers, and what becomes of the questions that had none.

-- By day and entry only: an opinion must not lead back to who had it.
CREATE TABLE opinion (
    day     TEXT NOT NULL,
    article TEXT NOT NULL,
    helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
    count   INTEGER NOT NULL,
    PRIMARY KEY (day, article, helpful)
) STRICT, WITHOUT ROWID;

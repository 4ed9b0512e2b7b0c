-- Topics in a group of staff whose request was erased: kept by number alone until Telegram deleted them.
CREATE TABLE leaving_topic (
    channel   TEXT NOT NULL,
    address   TEXT NOT NULL,
    reference TEXT NOT NULL,
    since     TEXT NOT NULL,
    PRIMARY KEY (channel, address, reference)
) STRICT, WITHOUT ROWID;

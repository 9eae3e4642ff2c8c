-- Spans that do not get a message for a while because they refused it; message.spans has them after a "!" meanwhile.
CREATE TABLE exclusion (
    message_id INTEGER NOT NULL,
    port INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (message_id, port)
) WITHOUT ROWID;
CREATE INDEX exclusion_until ON exclusion (until);

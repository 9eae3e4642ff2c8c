-- How many outbound messages are shown (message.shown_at) in each hour since 1970, by account; account 0 is over all.
CREATE TABLE shown_hour (
    account_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (account_id, hour)
) WITHOUT ROWID;
INSERT INTO shown_hour (account_id, hour, value)
    SELECT account_id, shown_at / 3600000, count(*) FROM message GROUP BY 1, 2;
INSERT INTO shown_hour (account_id, hour, value) SELECT 0, hour, sum(value) FROM shown_hour GROUP BY hour;

-- With accepted_at, listings since a time are counted and chosen without reading the messages.
DROP INDEX message_account;
CREATE INDEX message_account ON message (account_id, shown_at, id, accepted_at);

-- The system's clock was set: one row while what waits is being moved, some at a time, in the order of the ids. What lies
-- between _moved and _below is still to be moved.
CREATE TABLE clock_change (
    by_ms INTEGER NOT NULL,
    messages_moved INTEGER NOT NULL DEFAULT 0,
    messages_below INTEGER NOT NULL,
    callbacks_moved INTEGER NOT NULL DEFAULT 0,
    callbacks_below INTEGER NOT NULL
);
-- Messages that were moved out of turn, because somebody had to do with them meanwhile; empty when all are moved.
CREATE TABLE clock_moved (
    id INTEGER PRIMARY KEY          -- of the message
);

-- Limits of SIMs and accounts, and what was used of them: apart from messages, which come and go.

-- Segments that were sent from start to last, both inclusive; of period gap only last counts: when the gap ends.
CREATE TABLE usage (
    kind TEXT NOT NULL,             -- SIM, account
    key TEXT NOT NULL,              -- sim as in attempt, id of the account
    period TEXT NOT NULL,           -- minute, hour, day, month, gap
    start INTEGER NOT NULL,
    last INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    PRIMARY KEY (kind, key, period, start)
) WITHOUT ROWID;

-- Limits that a person set at run time; they win over the settings file.
CREATE TABLE own_limits (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    limits TEXT NOT NULL,           -- JSON object
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

ALTER TABLE message ADD COLUMN held_until INTEGER;  -- held for a quota until then; NULL otherwise
ALTER TABLE message ADD COLUMN held_by TEXT;        -- account, SIM, room: store.pacing.HeldBy
CREATE INDEX message_paced ON message (held_by, held_until, id)
    WHERE status = 'held' AND held_until IS NOT NULL;
-- What was put off and is held for a quota by now waits for that alone.
DROP INDEX message_scheduled;
CREATE INDEX message_scheduled ON message (send_at, id)
    WHERE status = 'held' AND send_at IS NOT NULL AND held_until IS NULL;

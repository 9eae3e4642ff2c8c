-- What a caller may ask for a message beyond what most need, its withdrawal and repetition, and keys of requests.
ALTER TABLE message ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;     -- 0..9; its due_at is -priority when it is due
ALTER TABLE message ADD COLUMN send_window TEXT NOT NULL DEFAULT '';    -- as core.window writes it; empty: any time
ALTER TABLE message ADD COLUMN not_before INTEGER;                      -- with a window: as asked for; send_at is when it opens
ALTER TABLE message ADD COLUMN when_unknown TEXT NOT NULL DEFAULT '';   -- resend, report; empty: as the settings say
ALTER TABLE message ADD COLUMN is_flash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN data BLOB;                               -- sent in place of the text
ALTER TABLE message ADD COLUMN data_port INTEGER;                       -- destination port; NULL: without ports
ALTER TABLE message ADD COLUMN source_port INTEGER;
ALTER TABLE message ADD COLUMN cancel_asked_at INTEGER;                 -- while a span had it
ALTER TABLE message ADD COLUMN replay_of INTEGER;                       -- the message that it repeats
CREATE UNIQUE INDEX message_replay ON message (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX message_replayable ON message (changed_at, id)
    WHERE status IN ('failed', 'expired', 'undelivered', 'cancelled', 'unknown');
-- The due_at of urgent ones was -1: below it there is now room for priorities.
UPDATE message SET due_at = -10 WHERE status = 'queued' AND due_at = -1;

-- Answers to requests that came with a key: the same request gets the same answer.
CREATE TABLE request_key (
    account_id INTEGER NOT NULL REFERENCES account,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,           -- SHA-256 of what was asked
    answer TEXT NOT NULL,           -- JSON: [instant, [[message, port or null], ...]]
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;
CREATE INDEX request_key_expires ON request_key (expires_at);

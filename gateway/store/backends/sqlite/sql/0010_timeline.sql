-- What became of messages, beyond what their own rows and their attempts tell.

-- Changes of outbound messages that no attempt tells: one row each, none for a message that goes out without trouble.
CREATE TABLE message_event (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    attempt_id INTEGER,             -- the attempt that it is about, NULL for none
    text TEXT NOT NULL
);
CREATE INDEX message_event_message ON message_event (message_id);

-- What followed from an attempt that did not go out, and when its last delivery report came.
ALTER TABLE attempt ADD COLUMN next_status TEXT;        -- of the message; NULL: nothing followed
ALTER TABLE attempt ADD COLUMN next_at INTEGER;         -- queued: when it may be tried again
ALTER TABLE attempt ADD COLUMN next_spans TEXT;         -- queued: the ports that may still try, NULL when they stay
ALTER TABLE attempt ADD COLUMN reported_at INTEGER;

-- First and last try; how many there were is in tries, what the last one gave in error.
ALTER TABLE callback ADD COLUMN first_at INTEGER;
ALTER TABLE callback ADD COLUMN first_error TEXT;
ALTER TABLE callback ADD COLUMN last_at INTEGER;
ALTER TABLE callback ADD COLUMN last_ms INTEGER;

-- What was left of callbacks that the receiver took, one row each. first_*: of the first try, when it failed.
CREATE TABLE callback_answer (
    message_id INTEGER NOT NULL,    -- outbound or inbound
    callback_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    event TEXT NOT NULL,
    status TEXT NOT NULL,
    owed_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    first_at INTEGER,
    first_error TEXT,
    last_at INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (message_id, callback_id)
) WITHOUT ROWID;

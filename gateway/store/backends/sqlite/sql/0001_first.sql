-- Instants are epoch milliseconds, booleans 0/1, enums their text.

CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) WITHOUT ROWID;
-- message: one sequence for outbound and inbound; ping: counts health checks.
INSERT INTO sequence (name, next) VALUES ('message', 1), ('callback', 1), ('ping', 0);

-- How many rows there are, kept by whoever adds one: kind outbox by account, inbox by port; key 0 is over all.
CREATE TABLE total (
    kind TEXT NOT NULL,
    key INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE span (
    port INTEGER PRIMARY KEY CHECK (port > 0),
    name TEXT NOT NULL,
    imei TEXT NOT NULL,
    path TEXT NOT NULL,
    enabled INTEGER NOT NULL
);

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,  -- case folded
    email TEXT NOT NULL,
    email_key TEXT UNIQUE,          -- case folded, NULL without e-mail
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    spans TEXT,                     -- ports joined by commas, NULL for all
    dialects TEXT,                  -- names joined by commas, NULL for all
    timezone TEXT,
    rate_per_s INTEGER NOT NULL,
    queue_limit INTEGER NOT NULL,
    credit INTEGER,                 -- segments, NULL without limit
    created_at INTEGER NOT NULL
);

CREATE TABLE api_token (
    key TEXT PRIMARY KEY,
    secret_sha256 BLOB NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) WITHOUT ROWID;

CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account,
    kind TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE dialect_settings (
    account_id INTEGER NOT NULL REFERENCES account,
    dialect TEXT NOT NULL,
    settings TEXT NOT NULL,         -- JSON object
    PRIMARY KEY (account_id, dialect)
) WITHOUT ROWID;

CREATE TABLE subscription (
    account_id INTEGER NOT NULL REFERENCES account,
    dialect TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (account_id, dialect, event)
) WITHOUT ROWID;

-- Outbound messages.
CREATE TABLE message (
    id INTEGER PRIMARY KEY CHECK (id < 2147483648),
    account_id INTEGER NOT NULL REFERENCES account,
    dialect TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,    -- match_key of recipient
    recipient_given TEXT NOT NULL,
    given_key TEXT,                 -- match_key of recipient_given, NULL when it equals recipient_key
    text TEXT NOT NULL,
    segment_count INTEGER NOT NULL,
    concat_ref INTEGER NOT NULL,
    request_report INTEGER NOT NULL,
    client_ref TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'queued',
    cause TEXT NOT NULL DEFAULT '',
    port INTEGER,                   -- chosen, later used
    sim_imsi TEXT NOT NULL DEFAULT '',
    spans TEXT NOT NULL,            -- ports that may send it, ascending, joined by commas; empty for any
    due_at INTEGER NOT NULL DEFAULT 0,  -- 0: at once
    pin_sim TEXT,                   -- only this SIM on its port may go on with it
    segments_sent INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,   -- attempts of the segment that is next
    resent_segment INTEGER,         -- the segment that was queued again without knowing
    is_result_told INTEGER NOT NULL DEFAULT 0,
    shown_at INTEGER NOT NULL,      -- sent_at, before that accepted_at
    sent_at INTEGER,
    settled_at INTEGER,
    report_status INTEGER
);
CREATE INDEX message_shown ON message (shown_at, id);
CREATE INDEX message_account ON message (account_id, shown_at, id);
CREATE INDEX message_recipient ON message (recipient_key);
CREATE INDEX message_given ON message (given_key) WHERE given_key IS NOT NULL;
CREATE INDEX message_queue ON message (port, spans, due_at, id, valid_until)
    WHERE status = 'queued' AND pin_sim IS NULL;
CREATE INDEX message_pinned ON message (port, pin_sim, due_at, id, valid_until)
    WHERE status = 'queued' AND pin_sim IS NOT NULL;
CREATE INDEX message_held ON message (valid_until) WHERE status = 'held';

-- One row per try of one segment; outcome 'open' until it is settled.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message,
    segment INTEGER NOT NULL,
    port INTEGER NOT NULL,
    sim TEXT NOT NULL,
    recipient TEXT NOT NULL,
    tail TEXT NOT NULL,             -- last digits of the recipient's match_key
    opened_at INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'open',
    settled_at INTEGER,
    mr INTEGER,                     -- accepted: TP-MR, -1 when the modem gave none
    code TEXT NOT NULL DEFAULT '',
    cause TEXT NOT NULL DEFAULT '',
    decide_at INTEGER,              -- no answer: when somebody must decide; NULL once it is decided
    report_status INTEGER,
    discharged_at INTEGER
);
CREATE INDEX attempt_message ON attempt (message_id, segment);
CREATE UNIQUE INDEX attempt_open ON attempt (port) WHERE outcome = 'open';
CREATE INDEX attempt_unanswered ON attempt (sim, tail) WHERE outcome = 'no answer';
CREATE INDEX attempt_mr ON attempt (sim, mr, tail, opened_at) WHERE mr IS NOT NULL;

-- Delivery reports that came before their attempt was known to be accepted.
CREATE TABLE parked_report (
    id INTEGER PRIMARY KEY,
    sim TEXT NOT NULL,
    mr INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    status INTEGER NOT NULL,
    scts INTEGER,
    discharged INTEGER,
    received_at INTEGER NOT NULL
);
CREATE INDEX parked_report_sim ON parked_report (sim, mr);
CREATE INDEX parked_report_received ON parked_report (received_at);

CREATE TABLE inbound (
    id INTEGER PRIMARY KEY CHECK (id < 2147483648),
    port INTEGER NOT NULL,
    sim TEXT NOT NULL,
    sim_imsi TEXT NOT NULL,
    sender TEXT NOT NULL,
    sender_key TEXT NOT NULL,       -- match_key of sender
    text TEXT NOT NULL,
    data BLOB,
    smsc TEXT NOT NULL,
    scts INTEGER,
    received_at INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    shown_at INTEGER NOT NULL       -- scts, else received_at
);
CREATE INDEX inbound_shown ON inbound (shown_at, id, port);
CREATE INDEX inbound_port ON inbound (port, shown_at, id);
CREATE INDEX inbound_sender ON inbound (sender_key);

-- Slots of modems whose TPDU is stored here but not yet deleted there.
CREATE TABLE slot (
    sim TEXT NOT NULL,
    memory TEXT NOT NULL,
    slot INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (sim, memory, slot)
) WITHOUT ROWID;

CREATE TABLE part_set (
    id INTEGER PRIMARY KEY,
    sim TEXT NOT NULL,
    sender TEXT NOT NULL,
    ref INTEGER NOT NULL,
    ref_bits INTEGER NOT NULL,
    total INTEGER NOT NULL,
    part_count INTEGER NOT NULL,
    newest_at INTEGER NOT NULL
);
CREATE INDEX part_set_key ON part_set (sim, sender, ref, ref_bits, total);

CREATE TABLE part (
    set_id INTEGER NOT NULL REFERENCES part_set ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    sim_imsi TEXT NOT NULL,
    port INTEGER NOT NULL,
    tpdu BLOB NOT NULL,
    smsc TEXT NOT NULL,
    scts INTEGER,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (set_id, seq)
) WITHOUT ROWID;

-- Callbacks owed: done ones leave, given-up ones stay to be seen. is_head: the oldest waiting one of its
-- message and account, the only one that may be sent.
CREATE TABLE callback (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account,
    dialect TEXT NOT NULL,
    event TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_at INTEGER NOT NULL,
    report_status INTEGER,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    is_head INTEGER NOT NULL,
    given_up_at INTEGER
);
CREATE INDEX callback_due ON callback (account_id, dialect, next_at, id) WHERE is_head = 1;
CREATE INDEX callback_message ON callback (message_id, account_id, id) WHERE given_up_at IS NULL;

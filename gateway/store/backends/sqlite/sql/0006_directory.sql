-- Lists that HTTP APIs work on, scheduled messages, and what APIs keep of a message to show it again.

-- Keys of this box, made when they are first asked for.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

ALTER TABLE account ADD COLUMN default_sender TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN unready TEXT NOT NULL DEFAULT '';  -- readiness flags that are not set, joined by commas
ALTER TABLE account ADD COLUMN token_generation INTEGER NOT NULL DEFAULT 0;

-- Ids are never used twice: clients keep them.
CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
    account_id INTEGER NOT NULL REFERENCES account,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,     -- case folded
    fullname TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT,                 -- case folded, NULL without e-mail
    phone TEXT NOT NULL,            -- as written, may be empty
    phone_key TEXT,                 -- match_key of the normalised number, NULL when it is none
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, username_key),
    UNIQUE (account_id, email_key)
);
CREATE INDEX contact_phone ON contact (account_id, phone_key) WHERE phone_key IS NOT NULL;

CREATE TABLE tag (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
    account_id INTEGER NOT NULL REFERENCES account,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,        -- case folded
    UNIQUE (account_id, title_key)
);

CREATE TABLE contact_tag (
    tag_id INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    contact_id INTEGER NOT NULL REFERENCES contact ON DELETE CASCADE,
    PRIMARY KEY (tag_id, contact_id)
) WITHOUT ROWID;
CREATE INDEX contact_tag_contact ON contact_tag (contact_id, tag_id);

CREATE TABLE template (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,  -- case folded
    text TEXT NOT NULL,
    approved INTEGER NOT NULL,
    accounts TEXT                   -- ids joined by commas, NULL for all
);

CREATE TABLE sender_pool (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,  -- case folded
    spans TEXT NOT NULL,            -- ports joined by commas
    approved INTEGER NOT NULL,
    accounts TEXT                   -- ids joined by commas, NULL for all
);

-- The phone number of the SIM in a span, as a person has set it.
CREATE TABLE own_number (
    port INTEGER PRIMARY KEY CHECK (port > 0),
    number TEXT NOT NULL,
    number_key TEXT NOT NULL UNIQUE -- match_key of the number
);

CREATE TABLE newsletter (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
    account_id INTEGER NOT NULL REFERENCES account,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    send_at INTEGER                 -- NULL: at once
);
CREATE INDEX newsletter_account ON newsletter (account_id, id);

ALTER TABLE message ADD COLUMN send_at INTEGER;                         -- not before; NULL: at once
ALTER TABLE message ADD COLUMN is_urgent INTEGER NOT NULL DEFAULT 0;    -- its due_at is -1 when it is due
ALTER TABLE message ADD COLUMN is_credit_late INTEGER NOT NULL DEFAULT 0;   -- credit is checked when it is due
ALTER TABLE message ADD COLUMN sim_slot INTEGER NOT NULL DEFAULT 0;     -- as the caller named it
ALTER TABLE message ADD COLUMN sender TEXT NOT NULL DEFAULT '';         -- pool or own number that the caller named
ALTER TABLE message ADD COLUMN callback_url TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN newsletter_id INTEGER;
ALTER TABLE message ADD COLUMN failure_code TEXT NOT NULL DEFAULT '';   -- of the modem, when it failed by one
ALTER TABLE message ADD COLUMN changed_at INTEGER;                      -- of the status; NULL: as accepted
CREATE INDEX message_scheduled ON message (send_at, id) WHERE status = 'held' AND send_at IS NOT NULL;
CREATE INDEX message_newsletter ON message (newsletter_id) WHERE newsletter_id IS NOT NULL;

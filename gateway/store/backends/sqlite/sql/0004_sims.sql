-- The SIM that was last seen in the span's modem: clones of one IMEI are told apart by it.
ALTER TABLE span ADD COLUMN iccid TEXT NOT NULL DEFAULT '';

-- PINs that were tried and did not open their SIM. is_costly: may have used up a try that the SIM's counter still lacks.
CREATE TABLE pin_try (
    iccid TEXT NOT NULL,
    digest BLOB NOT NULL,           -- scrypt of the PIN with salt
    salt BLOB NOT NULL,
    is_rejected INTEGER NOT NULL,
    is_costly INTEGER NOT NULL,
    PRIMARY KEY (iccid, digest)
) WITHOUT ROWID;

-- SIMs that are left alone: sim as in attempt; until NULL for as long as no person says otherwise.
CREATE TABLE sim_stop (
    sim TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    strikes INTEGER NOT NULL
) WITHOUT ROWID;

-- USSD dialogues with their turns, a JSON list of [sent, reply, result, at].
CREATE TABLE ussd (
    id INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES account,  -- NULL: begun by the box itself, or by the network
    port INTEGER NOT NULL,
    sim TEXT NOT NULL,
    client_ref TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    turns TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE INDEX ussd_port ON ussd (port, id);
CREATE INDEX ussd_open ON ussd (id) WHERE ended_at IS NULL;

-- The last balance of each SIM; amount is a decimal number, NULL while no answer could be read.
CREATE TABLE balance (
    sim TEXT PRIMARY KEY,
    amount TEXT,
    reply TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    read_at INTEGER,
    is_low INTEGER NOT NULL
) WITHOUT ROWID;

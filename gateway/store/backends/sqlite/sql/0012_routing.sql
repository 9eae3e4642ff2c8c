-- Spans that do not get a message for a while because they refused it; message.spans has them after a "!" meanwhile.
CREATE TABLE exclusion (
    message_id INTEGER NOT NULL,
    port INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (message_id, port)
) WITHOUT ROWID;
CREATE INDEX exclusion_until ON exclusion (until);

-- The IMSI of the SIM that was last seen in the span's modem: rules ask whose SIM it is, also while it is away.
ALTER TABLE span ADD COLUMN imsi TEXT NOT NULL DEFAULT '';

-- Why a message got its span; empty when it was the one with the shortest wait.
ALTER TABLE message ADD COLUMN route_why TEXT NOT NULL DEFAULT '';

-- '': takes messages; 'draining': finishes what it has begun; 'drained': has.
ALTER TABLE span ADD COLUMN drain TEXT NOT NULL DEFAULT '';

-- What an inbound message is beside a text, and whether it is shown: 3GPP TS 23.040 9.2.3.9 (TP-PID), TS 23.038 4.
ALTER TABLE inbound ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';
ALTER TABLE inbound ADD COLUMN message_class INTEGER;       -- 0..3, NULL without a class
ALTER TABLE inbound ADD COLUMN pid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbound ADD COLUMN dcs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbound ADD COLUMN application_port INTEGER;    -- destination port of the user data header
ALTER TABLE inbound ADD COLUMN reply_port INTEGER;          -- its source port
ALTER TABLE inbound ADD COLUMN waiting TEXT NOT NULL DEFAULT '[]';  -- JSON: [kind, is_active, count or null] each
ALTER TABLE inbound ADD COLUMN is_shown INTEGER NOT NULL DEFAULT 1;
ALTER TABLE inbound ADD COLUMN replaced_by INTEGER;         -- the message that took its place
UPDATE inbound SET kind = 'data' WHERE data IS NOT NULL;
UPDATE inbound SET kind = 'unreadable' WHERE data IS NOT NULL AND sender = '' AND is_complete = 0;
-- Pages walk these indexes alone, so they hold everything that a choice needs.
DROP INDEX inbound_shown;
DROP INDEX inbound_port;
CREATE INDEX inbound_shown ON inbound (is_shown, shown_at, id, port);
CREATE INDEX inbound_port ON inbound (is_shown, port, shown_at, id);
CREATE INDEX inbound_replaceable ON inbound (sim, sender, pid) WHERE pid BETWEEN 65 AND 71;

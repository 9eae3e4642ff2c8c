-- Callbacks of one message go in order by account and dialect: two dialects of one account are two receivers.
DROP INDEX callback_message;
CREATE INDEX callback_message ON callback (message_id, account_id, dialect, id) WHERE given_up_at IS NULL;
UPDATE callback SET is_head = 1 WHERE id IN (
    SELECT min(id) FROM callback INDEXED BY callback_message
    WHERE given_up_at IS NULL GROUP BY message_id, account_id, dialect);

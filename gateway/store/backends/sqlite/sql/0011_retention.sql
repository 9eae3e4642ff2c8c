-- What is old is found, and what hangs on it is deleted, by these.
CREATE INDEX inbound_received ON inbound (received_at, id);
CREATE INDEX callback_given_up ON callback (message_id, given_up_at) WHERE given_up_at IS NOT NULL;

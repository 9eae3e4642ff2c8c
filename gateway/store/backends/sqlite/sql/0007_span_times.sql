-- When the number of a span was given out, and when the modem behind it last answered; some APIs show it.

CREATE TABLE span_time (
    port INTEGER PRIMARY KEY CHECK (port > 0),
    created_at INTEGER NOT NULL,
    seen_at INTEGER                 -- NULL: never
);

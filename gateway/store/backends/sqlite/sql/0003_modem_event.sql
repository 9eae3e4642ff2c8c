-- What happened to modems and SIMs: port NULL before a modem has its number.
CREATE TABLE modem_event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    port INTEGER,
    path TEXT NOT NULL,
    imei TEXT NOT NULL,
    iccid TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX modem_event_port ON modem_event (port, id);
CREATE INDEX modem_event_at ON modem_event (at);

-- The recovery step that last cured a symptom of a model: it is tried first.
CREATE TABLE cure (
    model TEXT NOT NULL,
    symptom TEXT NOT NULL,
    step TEXT NOT NULL,
    PRIMARY KEY (model, symptom)
) WITHOUT ROWID;

-- The journal. Rows are only ever added, one after the other; the triggers refuse everything else.
CREATE TABLE lp_event (
    launch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    auth TEXT NOT NULL,
    kind TEXT NOT NULL,
    v INTEGER NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (launch, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX lp_event_id ON lp_event (launch, id);
CREATE INDEX lp_event_subject ON lp_event (launch, subject, seq);

CREATE TRIGGER lp_event_follows BEFORE INSERT ON lp_event BEGIN
    SELECT RAISE(ABORT, 'events follow one another without gaps')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM lp_event WHERE launch = NEW.launch);
    SELECT RAISE(ABORT, 'an event carries the hash of the one before it')
    WHERE NEW.prev_hash IS NOT coalesce(
        (SELECT hash FROM lp_event WHERE launch = NEW.launch AND seq = NEW.seq - 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
END;
CREATE TRIGGER lp_event_stays BEFORE DELETE ON lp_event BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;
CREATE TRIGGER lp_event_unchanged BEFORE UPDATE ON lp_event BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

-- Free text of events and the salt of its digest: apart, so that redaction can remove both.
CREATE TABLE lp_text (
    launch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    salt TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (launch, seq)
) WITHOUT ROWID;
CREATE TRIGGER lp_text_stays BEFORE DELETE ON lp_text BEGIN
    SELECT RAISE(ABORT, 'a text is only removed by its redaction')
    WHERE NOT EXISTS (
        SELECT 1 FROM lp_event
        WHERE launch = OLD.launch AND subject = 'text:' || OLD.seq AND kind = 'text.redacted'
    );
END;
CREATE TRIGGER lp_text_unchanged BEFORE UPDATE ON lp_text BEGIN
    SELECT RAISE(ABORT, 'texts are never changed');
END;

-- What the list of launches shows.
CREATE TABLE lp_launch (
    launch TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    version TEXT NOT NULL,
    environment TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed TEXT
) WITHOUT ROWID;

-- n: order of receipt. The same reading brought twice is kept once.
CREATE TABLE lp_sample (
    launch TEXT NOT NULL,
    n INTEGER NOT NULL,
    signal TEXT NOT NULL,
    observed INTEGER NOT NULL,
    received INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    duration REAL,
    phases TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (launch, n)
) WITHOUT ROWID;
CREATE UNIQUE INDEX lp_sample_observed ON lp_sample (launch, observed, signal);

CREATE TABLE lp_log (
    launch TEXT NOT NULL,
    run TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    step INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (launch, run, n)
) WITHOUT ROWID;
CREATE INDEX lp_log_at ON lp_log (launch, at);

-- expires: on lp_ticks(). holder NULL: released; the row stays, because epochs never come back.
CREATE TABLE lp_lease (
    launch TEXT PRIMARY KEY,
    holder TEXT,
    epoch INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ttl INTEGER NOT NULL
) WITHOUT ROWID;

-- expires: on lp_now(), because a lock outlives a restart of the machine.
CREATE TABLE lp_lock (
    target TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    expires INTEGER NOT NULL,
    ttl INTEGER NOT NULL
) WITHOUT ROWID;

-- heard: on lp_ticks().
CREATE TABLE lp_presence (
    launch TEXT NOT NULL,
    seat TEXT NOT NULL,
    operator TEXT NOT NULL,
    role TEXT NOT NULL,
    via TEXT NOT NULL,
    looking_at TEXT NOT NULL,
    heard INTEGER NOT NULL,
    PRIMARY KEY (launch, seat)
) WITHOUT ROWID;

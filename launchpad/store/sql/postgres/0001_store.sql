-- The clocks of the store, in microseconds: the time of day, and the one that leases run on.
CREATE FUNCTION lp_now() RETURNS bigint LANGUAGE sql VOLATILE AS
    $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;
CREATE FUNCTION lp_ticks() RETURNS bigint LANGUAGE sql VOLATILE AS
    $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

-- Writers of one launch (or lock, or series) take turns by locking its row until they commit, so that
-- the order of sequence numbers is the order of commits.
CREATE TABLE lp_guard (name text PRIMARY KEY);

-- The journal. Rows are only ever added, one after the other; the triggers refuse everything else.
CREATE TABLE lp_event (
    launch text NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    auth text NOT NULL,
    kind text NOT NULL,
    v bigint NOT NULL,
    subject text NOT NULL,
    body text NOT NULL, -- jsonb would reorder keys, and the hash would no longer fit
    text_digest text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (launch, seq)
);
CREATE UNIQUE INDEX lp_event_id ON lp_event (launch, id);
CREATE INDEX lp_event_subject ON lp_event (launch, subject, seq);

CREATE FUNCTION lp_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END $$;

CREATE FUNCTION lp_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    SELECT seq, hash INTO last FROM lp_event WHERE launch = NEW.launch ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> coalesce(last.seq, 0) + 1 THEN
        RAISE EXCEPTION 'events follow one another without gaps';
    END IF;
    IF NEW.prev_hash <> coalesce(last.hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'an event carries the hash of the one before it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lp_event_follows BEFORE INSERT ON lp_event
    FOR EACH ROW EXECUTE FUNCTION lp_event_follows();
CREATE TRIGGER lp_event_stays BEFORE DELETE OR TRUNCATE ON lp_event
    FOR EACH STATEMENT EXECUTE FUNCTION lp_refuse('events are never deleted');
CREATE TRIGGER lp_event_unchanged BEFORE UPDATE ON lp_event
    FOR EACH STATEMENT EXECUTE FUNCTION lp_refuse('events are never changed');

-- Free text of events and the salt of its digest: apart, so that redaction can remove both.
CREATE TABLE lp_text (
    launch text NOT NULL,
    seq bigint NOT NULL,
    salt text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (launch, seq)
);
CREATE FUNCTION lp_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM lp_event
    WHERE launch = OLD.launch AND subject = 'text:' || OLD.seq AND kind = 'text.redacted';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a text is only removed by its redaction';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER lp_text_stays BEFORE DELETE ON lp_text
    FOR EACH ROW EXECUTE FUNCTION lp_text_stays();
CREATE TRIGGER lp_text_unchanged BEFORE UPDATE OR TRUNCATE ON lp_text
    FOR EACH STATEMENT EXECUTE FUNCTION lp_refuse('texts are never changed');

-- What the list of launches shows.
CREATE TABLE lp_launch (
    launch text PRIMARY KEY,
    product text NOT NULL,
    version text NOT NULL,
    environment text NOT NULL,
    opened_at bigint NOT NULL,
    closed text
);

-- n: order of receipt. The same reading brought twice is kept once.
CREATE TABLE lp_sample (
    launch text NOT NULL,
    n bigint NOT NULL,
    signal text NOT NULL,
    observed bigint NOT NULL,
    received bigint NOT NULL,
    verdict text NOT NULL,
    duration double precision,
    phases text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (launch, n)
);
CREATE UNIQUE INDEX lp_sample_observed ON lp_sample (launch, observed, signal);

CREATE TABLE lp_log (
    launch text NOT NULL,
    run text NOT NULL,
    n bigint NOT NULL,
    at bigint NOT NULL,
    step bigint NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (launch, run, n)
);
CREATE INDEX lp_log_at ON lp_log (launch, at);

-- expires: on lp_ticks(). holder NULL: released; the row stays, because epochs never come back.
CREATE TABLE lp_lease (
    launch text PRIMARY KEY,
    holder text,
    epoch bigint NOT NULL,
    expires bigint NOT NULL,
    ttl bigint NOT NULL
);

-- expires: on lp_now(), because a lock outlives a restart of the machine.
CREATE TABLE lp_lock (
    target text PRIMARY KEY,
    owner text NOT NULL,
    reason text NOT NULL,
    expires bigint NOT NULL,
    ttl bigint NOT NULL
);

-- heard: on lp_ticks().
CREATE TABLE lp_presence (
    launch text NOT NULL,
    seat text NOT NULL,
    operator text NOT NULL,
    role text NOT NULL,
    via text NOT NULL,
    looking_at text NOT NULL,
    heard bigint NOT NULL,
    PRIMARY KEY (launch, seat)
);

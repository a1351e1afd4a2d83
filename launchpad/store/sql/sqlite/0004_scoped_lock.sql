-- Locks hold in the launches of one product in one environment. lp_lock is left to older processes, during an
-- update; what stands in it holds in every launch. expires: on lp_now(), as there.
CREATE TABLE lp_scoped_lock (
    product TEXT NOT NULL,
    environment TEXT NOT NULL,
    target TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    expires INTEGER NOT NULL,
    ttl INTEGER NOT NULL,
    PRIMARY KEY (product, environment, target)
) WITHOUT ROWID;

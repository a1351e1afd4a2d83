-- Locks hold in the launches of one product in one environment. lp_lock is left to older processes, during an
-- update; what stands in it holds in every launch. expires: on lp_now(), as there.
CREATE TABLE lp_scoped_lock (
    product text NOT NULL,
    environment text NOT NULL,
    target text NOT NULL,
    owner text NOT NULL,
    reason text NOT NULL,
    expires bigint NOT NULL,
    ttl bigint NOT NULL,
    PRIMARY KEY (product, environment, target)
);

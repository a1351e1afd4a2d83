-- What somebody works on (a subject, or nothing), and for how long nothing was typed when last heard of.
ALTER TABLE lp_presence ADD COLUMN subject text NOT NULL DEFAULT '';
ALTER TABLE lp_presence ADD COLUMN idle bigint NOT NULL DEFAULT 0;

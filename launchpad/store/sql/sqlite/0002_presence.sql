-- What somebody works on (a subject, or nothing), and for how long nothing was typed when last heard of.
ALTER TABLE lp_presence ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE lp_presence ADD COLUMN idle INTEGER NOT NULL DEFAULT 0;

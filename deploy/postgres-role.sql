-- A role that can keep launches and can neither change what happened nor the schema.
--
-- The tables are made by their owner, once and again after each update of Launchpad:
--   launchpad launches --store postgresql://OWNER@HOST/DATABASE
-- Then, as the owner, in that database:
--   psql -v role=launchpad_app -f deploy/postgres-role.sql
-- Servers, engines and faces connect as the role. It owns nothing, so that the triggers that refuse to change
-- or delete an event hold for it.

GRANT USAGE ON SCHEMA public TO :"role";

GRANT SELECT ON lp_schema TO :"role";
GRANT SELECT, INSERT ON lp_event TO :"role";
GRANT SELECT, INSERT, DELETE ON lp_text TO :"role"; -- deleted by a redaction alone, which a trigger sees to
GRANT SELECT, INSERT, UPDATE ON lp_guard TO :"role"; -- rows are locked, for which PostgreSQL wants UPDATE
GRANT SELECT, INSERT, UPDATE ON lp_launch TO :"role";
GRANT SELECT, INSERT, UPDATE ON lp_lease TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON lp_lock TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON lp_scoped_lock TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON lp_presence TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON lp_standby TO :"role";
GRANT SELECT, INSERT, DELETE ON lp_sample TO :"role"; -- deleted when their time is up
GRANT SELECT, INSERT, DELETE ON lp_log TO :"role";

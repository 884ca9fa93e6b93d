-- The roles and the database: sudo -u postgres psql -v ON_ERROR_STOP=1 -f roles.sql
-- Safe to repeat.
--
-- campaign_owner owns every table and runs the migrations; only a release uses it. campaign is the
-- site itself: it reads and writes rows and can neither make, change nor drop a table, a trigger or
-- a function, whatever were slipped into a statement of it.

SELECT 'CREATE ROLE campaign_owner LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'campaign_owner') \gexec
SELECT 'CREATE ROLE campaign LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'campaign') \gexec
SELECT 'CREATE DATABASE campaign OWNER campaign_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
 WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'campaign') \gexec

ALTER DATABASE campaign OWNER TO campaign_owner;
REVOKE ALL ON DATABASE campaign FROM PUBLIC;
-- TEMPORARY: tables of one transaction, which nobody else sees.
GRANT CONNECT, TEMPORARY ON DATABASE campaign TO campaign;

\connect campaign

ALTER SCHEMA public OWNER TO campaign_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO campaign;

-- What is there, and whatever migrations add.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO campaign;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO campaign;
ALTER DEFAULT PRIVILEGES FOR ROLE campaign_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO campaign;
ALTER DEFAULT PRIVILEGES FOR ROLE campaign_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO campaign;

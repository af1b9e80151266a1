-- The audit log: each entry's hash covers the hash before it and the entry's exact text, so that anyone holding the
-- rows can recompute the chain. `body` is json, not jsonb, because its bytes are what was hashed; the columns beside
-- it are read out of it by the engine and cannot disagree with it.

CREATE TABLE IF NOT EXISTS audit_entries (
  sequence bigint PRIMARY KEY,
  body json NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL UNIQUE,
  at text NOT NULL GENERATED ALWAYS AS (body ->> 'at') STORED,
  actor text NOT NULL GENERATED ALWAYS AS (body -> 'actor' ->> 'id') STORED,
  action text NOT NULL GENERATED ALWAYS AS (body ->> 'action') STORED,
  subject text NOT NULL GENERATED ALWAYS AS (body ->> 'subject') STORED
);
CREATE INDEX IF NOT EXISTS audit_entries_subject_idx ON audit_entries (subject, sequence);
CREATE INDEX IF NOT EXISTS audit_entries_action_idx ON audit_entries (action, sequence);
CREATE INDEX IF NOT EXISTS audit_entries_actor_idx ON audit_entries (actor, sequence);

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME;
END
$$;

DROP TRIGGER IF EXISTS audit_entries_stay ON audit_entries;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was known of an incident and when: each look that found it otherwise than the one before adds a row. Its life (who took it,
-- how it ended) is in incident_changes.
CREATE TABLE IF NOT EXISTS incident_versions (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id text NOT NULL REFERENCES incidents (id),
  at timestamptz NOT NULL,
  code text NOT NULL,
  class text NOT NULL,
  owner_role text NOT NULL,
  words jsonb NOT NULL,
  cause jsonb NOT NULL,
  entities text[] NOT NULL,
  periods text[] NOT NULL,
  flows text[] NOT NULL,
  since_at timestamptz NOT NULL,
  amount text,
  currency text
);
CREATE INDEX IF NOT EXISTS incident_versions_incident_idx ON incident_versions (incident_id, sequence DESC);

-- Of incidents from before, what was found last is known, and from when on it held at the latest.
INSERT INTO incident_versions (incident_id, at, code, class, owner_role, words, cause, entities, periods, flows, since_at,
    amount, currency)
  SELECT id, changed_at, code, class, owner_role, words, cause, entities, periods, flows, since_at, amount, currency
  FROM incidents i WHERE NOT EXISTS (SELECT FROM incident_versions v WHERE v.incident_id = i.id);

DO $$ BEGIN
  DROP TRIGGER IF EXISTS incident_versions_stay ON incident_versions;
  CREATE TRIGGER incident_versions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
END $$;

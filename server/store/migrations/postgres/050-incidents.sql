-- One root cause with all it brings about. What is known of it now stands here; every step on the way stays in
-- incident_changes, which is also what alerts are sent from: its sequence says what has been told.
CREATE TABLE IF NOT EXISTS incidents (
  id text PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  -- The same whenever the same cause comes up.
  cause_key text NOT NULL,
  code text NOT NULL,
  class text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('S1', 'S2', 'S3', 'S4')),
  state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'snoozed', 'resolved')),
  owner_role text NOT NULL,
  words jsonb NOT NULL,
  cause jsonb NOT NULL,
  entities text[] NOT NULL,
  periods text[] NOT NULL,
  flows text[] NOT NULL,
  cause_count integer NOT NULL,
  exception_count integer NOT NULL,
  amount text,
  currency text,
  impact jsonb NOT NULL,
  holds text[] NOT NULL,
  since_at timestamptz NOT NULL,
  due_at timestamptz,
  opened_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by jsonb,
  assignee jsonb,
  snoozed_until timestamptz,
  snoozed_milestone text,
  quiet_since_at timestamptz,
  resolved_at timestamptz,
  resolution jsonb,
  reopened integer NOT NULL DEFAULT 0,
  flapping boolean NOT NULL DEFAULT false,
  runbook text,
  post_mortem jsonb,
  revision integer NOT NULL DEFAULT 1,
  sequence bigint NOT NULL DEFAULT 0
);
-- Whoever finds a cause first opens its incident; nobody opens it twice.
CREATE UNIQUE INDEX IF NOT EXISTS incidents_live_idx ON incidents (cause_key) WHERE state <> 'resolved';
CREATE INDEX IF NOT EXISTS incidents_cause_idx ON incidents (cause_key, resolved_at DESC);
CREATE INDEX IF NOT EXISTS incidents_kind_idx ON incidents (code, opened_at DESC);
CREATE INDEX IF NOT EXISTS incidents_opened_idx ON incidents (opened_at DESC, id);

-- What is wrong, and what it brings about. Of very many alike only the first are named; the incident counts them all.
CREATE TABLE IF NOT EXISTS incident_exceptions (
  incident_id text NOT NULL REFERENCES incidents (id),
  key text NOT NULL,
  part text NOT NULL CHECK (part IN ('cause', 'impact')),
  code text NOT NULL,
  class text NOT NULL,
  severity text NOT NULL,
  title text NOT NULL,
  system text,
  dataset text,
  flow text,
  entity text,
  period text,
  job text,
  run_id text,
  correlation_id text,
  detail text,
  amount text,
  currency text,
  since_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (incident_id, key)
);
CREATE INDEX IF NOT EXISTS incident_exceptions_run_idx ON incident_exceptions (run_id) WHERE run_id IS NOT NULL;

-- Steps of its runbook somebody took, by their number and what they said.
CREATE TABLE IF NOT EXISTS incident_steps (
  incident_id text NOT NULL REFERENCES incidents (id),
  step integer NOT NULL,
  done boolean NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (incident_id, step)
);

CREATE TABLE IF NOT EXISTS incident_changes (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id text NOT NULL REFERENCES incidents (id),
  change text NOT NULL,
  at timestamptz NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  severity text NOT NULL,
  text text NOT NULL,
  -- What else is worth knowing of it: who it was given to, until when it sleeps, what it is part of.
  detail jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS incident_changes_incident_idx ON incident_changes (incident_id, sequence);

DO $$ BEGIN
  DROP TRIGGER IF EXISTS incident_changes_stay ON incident_changes;
  CREATE TRIGGER incident_changes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
END $$;

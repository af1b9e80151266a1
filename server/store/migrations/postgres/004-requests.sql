-- What people and automation asked systems to do.
CREATE TABLE IF NOT EXISTS requests (
  id text PRIMARY KEY,
  act text NOT NULL CHECK (act IN ('sync', 'replay')),
  flow text NOT NULL,
  entity text NOT NULL,
  period text NOT NULL,
  dataset text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'dispatched', 'running', 'completed', 'failed', 'refused')),
  requested_by text NOT NULL,
  requested_by_name text NOT NULL,
  requested_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  idempotency_key text,
  correlation_id text,
  vendor_run_key text,
  run_id text,
  job_name text,
  dispatched_at timestamptz,
  outcome text,
  -- Real time until which one process alone may drive the vendor for this request.
  held_until timestamptz
);

-- Clicking twice runs once: at most one request for the same thing is under way.
CREATE UNIQUE INDEX IF NOT EXISTS requests_under_way_idx ON requests (flow, entity, period, dataset)
  WHERE state IN ('requested', 'dispatched', 'running');
CREATE UNIQUE INDEX IF NOT EXISTS requests_idempotency_idx ON requests (requested_by, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_run_id_idx ON requests (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_requested_at_idx ON requests (requested_at DESC, id DESC);

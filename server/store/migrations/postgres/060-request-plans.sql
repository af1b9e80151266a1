-- A request has a plan with steps; one load is the plan of one step.
ALTER TABLE requests DROP CONSTRAINT IF EXISTS requests_act_check;
ALTER TABLE requests DROP CONSTRAINT IF EXISTS requests_state_check;
ALTER TABLE requests
  ADD CONSTRAINT requests_act_check CHECK (act IN
    ('sync', 'replay', 'resubmit', 'recollect', 'rebuild', 'freeze', 'unfreeze', 'runbook')),
  ADD CONSTRAINT requests_state_check CHECK (state IN
    ('waiting', 'requested', 'dispatched', 'running', 'paused', 'completed', 'failed', 'refused', 'rejected', 'expired',
     'withdrawn', 'cancelled')),
  -- Null where a request is about several.
  ALTER COLUMN flow DROP NOT NULL,
  ALTER COLUMN entity DROP NOT NULL,
  ALTER COLUMN period DROP NOT NULL,
  ALTER COLUMN dataset DROP NOT NULL,
  ADD COLUMN IF NOT EXISTS title text NOT NULL DEFAULT 'Run a load again',
  ADD COLUMN IF NOT EXISTS entities text[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS class text NOT NULL DEFAULT 'technical',
  -- What was asked for, word for word, so that it can be planned again.
  ADD COLUMN IF NOT EXISTS wish text NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS plan text,
  ADD COLUMN IF NOT EXISTS digest text,
  ADD COLUMN IF NOT EXISTS policy text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS approvals_needed int NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS approver_role text,
  -- The mailbox of whoever asked, by which a second account of theirs is told.
  ADD COLUMN IF NOT EXISTS requester text,
  ADD COLUMN IF NOT EXISTS expires_at timestamptz,
  ADD COLUMN IF NOT EXISTS approved_at timestamptz,
  ADD COLUMN IF NOT EXISTS broken_glass boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS cancelling boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS held_by text,
  ADD COLUMN IF NOT EXISTS schedule text,
  ADD COLUMN IF NOT EXISTS before text,
  ADD COLUMN IF NOT EXISTS report text,
  ADD COLUMN IF NOT EXISTS steps_total int NOT NULL DEFAULT 1;
UPDATE requests SET entities = ARRAY[entity] WHERE entities = '{}' AND entity IS NOT NULL;

DROP INDEX IF EXISTS requests_under_way_idx;
CREATE UNIQUE INDEX requests_under_way_idx ON requests (flow, entity, period, dataset)
  WHERE act = 'sync' AND state IN ('waiting', 'requested', 'dispatched', 'running', 'paused');

CREATE TABLE request_steps (
  request_id text NOT NULL REFERENCES requests (id),
  step text NOT NULL,
  ordinal int NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  system text,
  job text,
  parameters jsonb NOT NULL,
  -- System, job and parameters as one text: the same load is never under way twice.
  load_key text,
  flow text,
  dataset text,
  entity text,
  period text,
  after text[] NOT NULL,
  -- What the plan said of it that executing needs: the run done again, its reverse, settings.
  details jsonb NOT NULL,
  state text NOT NULL CHECK (state IN
    ('waiting', 'claimed', 'dispatched', 'running', 'verifying', 'asking', 'done', 'skipped', 'failed', 'blocked',
     'cancelled')),
  fault text,
  attempt int NOT NULL DEFAULT 1,
  idempotency_key text NOT NULL,
  -- When it was first in hand; a vendor that takes no key is asked for runs begun since.
  requested_at timestamptz NOT NULL,
  asked boolean NOT NULL DEFAULT false,
  changed_at timestamptz NOT NULL,
  dispatched_at timestamptz,
  ended_at timestamptz,
  -- Real time: until when one process alone has it in hand, and before which it is not tried again.
  held_until timestamptz,
  not_before timestamptz,
  vendor_run_key text,
  run_id text,
  job_name text,
  correlation_id text,
  adopted boolean NOT NULL DEFAULT false,
  outcome text,
  verification jsonb,
  resolution jsonb,
  PRIMARY KEY (request_id, step)
);
CREATE INDEX request_steps_waiting_idx ON request_steps (request_id, system, ordinal) WHERE state = 'waiting';
CREATE INDEX request_steps_under_way_idx ON request_steps (system)
  WHERE state IN ('claimed', 'dispatched', 'running') AND kind <> 'follow';
CREATE UNIQUE INDEX request_steps_load_idx ON request_steps (load_key)
  WHERE state IN ('claimed', 'dispatched', 'running') AND kind <> 'follow';
CREATE INDEX request_steps_run_idx ON request_steps (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX request_steps_failed_idx ON request_steps (changed_at) WHERE state = 'failed' AND resolution IS NULL;

-- Requests from before there were steps keep theirs as one.
INSERT INTO request_steps (request_id, step, ordinal, kind, title, parameters, load_key, flow, dataset, entity, period,
    after, details, state, idempotency_key, requested_at, asked, changed_at, dispatched_at, vendor_run_key, run_id, job_name,
    correlation_id, outcome)
  SELECT id, 's1', 1, 'drive', 'Run a load again', '{}', id, flow, dataset, entity, period, '{}', '{}',
    CASE state WHEN 'requested' THEN 'waiting' WHEN 'completed' THEN 'done' WHEN 'refused' THEN 'failed' ELSE state END,
    id, requested_at, true, changed_at, dispatched_at, vendor_run_key, run_id, job_name, correlation_id, outcome
  FROM requests;

-- Calls a system may still get, refilled as time passes; one row serves every process.
CREATE TABLE system_budgets (
  system text PRIMARY KEY,
  tokens double precision NOT NULL,
  refilled_at timestamptz NOT NULL
);

CREATE TABLE request_approvals (
  request_id text NOT NULL REFERENCES requests (id),
  person_id text NOT NULL,
  -- The mailbox behind the account.
  signer text NOT NULL,
  person_name text NOT NULL,
  role text NOT NULL,
  on_behalf_of text[] NOT NULL,
  decision text NOT NULL CHECK (decision IN ('approve', 'reject', 'break-glass')),
  statement text NOT NULL,
  digest text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (request_id, signer)
);

CREATE TABLE delegations (
  id text PRIMARY KEY,
  from_person text NOT NULL,
  from_name text NOT NULL,
  to_person text NOT NULL,
  to_name text NOT NULL,
  from_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  reason text NOT NULL,
  ended_at timestamptz
);

CREATE TABLE freezes (
  id text PRIMARY KEY,
  title text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('budget', 'flow', 'everything')),
  flows text[] NOT NULL,
  reason text NOT NULL,
  made_by text NOT NULL,
  from_at timestamptz NOT NULL,
  until_at timestamptz,
  lifted_at timestamptz,
  lifted_by text,
  request_id text
);

-- One row for each occurrence of a schedule that was taken up, so that it is taken up once.
CREATE TABLE schedule_runs (
  schedule text NOT NULL,
  due_at timestamptz NOT NULL,
  place text NOT NULL,
  request_id text,
  outcome text NOT NULL,
  PRIMARY KEY (schedule, due_at, place)
);

-- Who is told of incidents. One row for each message: of one incident, to one role, through one receiver, to one person
-- or a channel. What identifies it is unique, so that no restart and no second process tells anybody twice.
CREATE TABLE IF NOT EXISTS alerts (
  id text PRIMARY KEY,
  incident_id text NOT NULL REFERENCES incidents (id),
  opening integer NOT NULL,
  occasion text NOT NULL CHECK (occasion IN ('opened', 'worsened', 'escalated')),
  step text NOT NULL,
  role text NOT NULL,
  route text NOT NULL,
  receiver text NOT NULL,
  recipient text NOT NULL,
  recipient_name text NOT NULL,
  because text NOT NULL,
  digest text[],
  hours text,
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'joined', 'dropped')),
  -- The stage that holds or ended it, and why.
  stage text,
  stage_because text,
  -- By the clock verdicts are judged by.
  made_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  sent_at timestamptz,
  -- Real time: before it nothing is tried again; until it one process alone may handle it; when it was handed over.
  retry_at timestamptz,
  held_until timestamptz,
  handed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  -- A try was begun and it is not known whether it arrived.
  unsure boolean NOT NULL DEFAULT false,
  trouble text,
  -- What the channel calls the message, so that it can be changed later.
  handle jsonb,
  -- The alert whose message tells of this one too.
  carrier text,
  -- The incident's change the message should show, and the one it shows.
  wanted bigint NOT NULL,
  shown bigint NOT NULL DEFAULT 0,
  sha256 text,
  read_at timestamptz,
  UNIQUE (incident_id, opening, occasion, step, role, receiver, recipient)
);
CREATE INDEX IF NOT EXISTS alerts_due_idx ON alerts (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS alerts_stale_idx ON alerts (id) WHERE state = 'sent' AND wanted > shown;
CREATE INDEX IF NOT EXISTS alerts_inbox_idx ON alerts (recipient, id DESC) WHERE receiver = 'inbox' AND state = 'sent';
CREATE INDEX IF NOT EXISTS alerts_handed_idx ON alerts (receiver, handed_at) WHERE handed_at IS NOT NULL;

-- Every try to hand something over, never changed afterwards.
CREATE TABLE IF NOT EXISTS alert_attempts (
  id text PRIMARY KEY,
  alert_id text NOT NULL REFERENCES alerts (id),
  act text NOT NULL CHECK (act IN ('send', 'update')),
  at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('handed over', 'failed')),
  detail text NOT NULL,
  sha256 text NOT NULL,
  milliseconds integer NOT NULL
);
CREATE INDEX IF NOT EXISTS alert_attempts_alert_idx ON alert_attempts (alert_id, id);

-- Up to which change of incidents everybody has been told.
CREATE TABLE IF NOT EXISTS alert_cursor (
  name text PRIMARY KEY,
  sequence bigint NOT NULL
);
INSERT INTO alert_cursor (name, sequence) VALUES ('incidents', 0) ON CONFLICT DO NOTHING;

-- Steps that are taken when nobody acknowledges.
CREATE TABLE IF NOT EXISTS alert_escalations (
  incident_id text NOT NULL REFERENCES incidents (id),
  opening integer NOT NULL,
  step text NOT NULL,
  role text NOT NULL,
  rotation text,
  receivers text[] NOT NULL,
  because text NOT NULL,
  due_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (incident_id, opening, step)
);
CREATE INDEX IF NOT EXISTS alert_escalations_due_idx ON alert_escalations (due_at) WHERE ended_at IS NULL;

CREATE TABLE IF NOT EXISTS silences (
  id text PRIMARY KEY,
  matcher jsonb NOT NULL,
  reason text NOT NULL,
  created_by text NOT NULL,
  created_by_name text NOT NULL,
  created_at timestamptz NOT NULL,
  starts_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text,
  ended_by_name text,
  hides_worst boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS silences_expires_idx ON silences (expires_at DESC);

CREATE TABLE IF NOT EXISTS alert_preferences (
  person_id text PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
  email text NOT NULL CHECK (email IN ('all', 'worst', 'none')),
  browser boolean NOT NULL
);

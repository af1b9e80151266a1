-- Differences people have to explain: what checks find, and what was decided about it. What a check found last stands
-- here; every step on the way stays in break_steps.
CREATE TABLE IF NOT EXISTS breaks (
  id text PRIMARY KEY,
  -- The same over all periods; a break carried forward names its parent.
  lineage text NOT NULL,
  parent text REFERENCES breaks (id),
  rule text NOT NULL,
  rule_version text NOT NULL,
  hop text NOT NULL,
  entity text NOT NULL,
  period text NOT NULL,
  version text NOT NULL,
  ledger text NOT NULL,
  account text NOT NULL,
  currency text NOT NULL,
  measures text[] NOT NULL,
  -- Decimal text: target − source, in the unit given.
  amount text NOT NULL,
  unit text NOT NULL,
  unexplained text NOT NULL,
  material boolean NOT NULL,
  cause text NOT NULL,
  cause_text text NOT NULL,
  evidence jsonb NOT NULL,
  run_id text,
  correlation_id text,
  mapping_version text,
  state text NOT NULL CHECK (state IN
    ('open', 'assigned', 'explained', 'reviewed', 'resolved', 'accepted-timing', 'adjusted', 'written-off')),
  present boolean NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  assignee jsonb,
  explanation jsonb,
  review jsonb,
  settlement jsonb,
  reopened integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS breaks_check_idx ON breaks (entity, period, rule);
CREATE INDEX IF NOT EXISTS breaks_lineage_idx ON breaks (lineage, period DESC);
CREATE INDEX IF NOT EXISTS breaks_state_idx ON breaks (state, changed_at DESC);

CREATE TABLE IF NOT EXISTS break_steps (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  break_id text NOT NULL REFERENCES breaks (id),
  at timestamptz NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  act text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  amount text NOT NULL,
  text text NOT NULL
);
CREATE INDEX IF NOT EXISTS break_steps_break_idx ON break_steps (break_id, sequence);

CREATE TABLE IF NOT EXISTS break_comments (
  id text PRIMARY KEY,
  break_id text NOT NULL REFERENCES breaks (id),
  at timestamptz NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  text text NOT NULL
);
CREATE INDEX IF NOT EXISTS break_comments_break_idx ON break_comments (break_id, id);

CREATE TABLE IF NOT EXISTS break_attachments (
  id text PRIMARY KEY,
  break_id text NOT NULL REFERENCES breaks (id),
  at timestamptz NOT NULL,
  by_id text NOT NULL,
  by_name text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  sha256 text NOT NULL,
  content bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS break_attachments_break_idx ON break_attachments (break_id, id);

DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['break_steps', 'break_comments', 'break_attachments'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', name || '_stay', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_stay', name);
  END LOOP;
END $$;

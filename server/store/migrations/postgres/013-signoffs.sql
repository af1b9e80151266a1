-- Sign-offs: what was signed, and by whom. A round is never changed into another; after a suspension or withdrawal a new
-- one begins, and the earlier ones stay to be seen.
CREATE TABLE IF NOT EXISTS signoffs (
  id text PRIMARY KEY,
  entity text NOT NULL,
  period text NOT NULL,
  milestone text NOT NULL,
  title text NOT NULL,
  close text NOT NULL CHECK (close IN ('soft', 'hard')),
  round integer NOT NULL,
  state text NOT NULL CHECK (state IN ('prepared', 'reviewed', 'certified', 'suspended', 'withdrawn')),
  digest text NOT NULL,
  -- The exact canonical text the digest is of.
  content text NOT NULL,
  waivers text[] NOT NULL,
  changed_at timestamptz NOT NULL,
  certified_at timestamptz,
  ended_at timestamptz,
  reason text,
  changes jsonb NOT NULL DEFAULT '[]',
  more_changes integer NOT NULL DEFAULT 0,
  UNIQUE (entity, period, milestone, round)
);

-- At most one sign-off of a milestone stands at a time.
CREATE UNIQUE INDEX IF NOT EXISTS signoffs_standing_idx ON signoffs (entity, period, milestone)
  WHERE state IN ('prepared', 'reviewed', 'certified');
CREATE INDEX IF NOT EXISTS signoffs_period_idx ON signoffs (period, entity);

-- `signer` is the person whatever account they used; nobody signs the same sign-off twice.
CREATE TABLE IF NOT EXISTS signatures (
  signoff_id text NOT NULL REFERENCES signoffs (id),
  step text NOT NULL CHECK (step IN ('prepare', 'review', 'certify')),
  signer text NOT NULL,
  person_id text NOT NULL,
  person_name text NOT NULL,
  role text NOT NULL,
  statement text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (signoff_id, step),
  UNIQUE (signoff_id, signer)
);

DROP TRIGGER IF EXISTS signatures_stay ON signatures;
CREATE TRIGGER signatures_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON signatures
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

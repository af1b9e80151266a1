-- What controllers let pass for a time. `ended_at` is set when a waiver was withdrawn or its end was noticed.
CREATE TABLE IF NOT EXISTS waivers (
  id text PRIMARY KEY,
  waives text NOT NULL CHECK (waives IN ('gate', 'deadline')),
  entity text NOT NULL,
  period text NOT NULL,
  milestone text NOT NULL,
  reason text NOT NULL,
  granter text NOT NULL,
  granted_by text NOT NULL,
  granted_by_name text NOT NULL,
  granted_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('in-force', 'expired', 'withdrawn')),
  ended_at timestamptz,
  ended_by text,
  end_reason text
);

CREATE UNIQUE INDEX IF NOT EXISTS waivers_in_force_idx ON waivers (entity, period, milestone, waives)
  WHERE state = 'in-force';
CREATE INDEX IF NOT EXISTS waivers_period_idx ON waivers (period, entity);

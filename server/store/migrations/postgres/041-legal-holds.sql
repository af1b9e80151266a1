-- What may not be dropped, however old. A null part stands for everything; a hold is released, never removed.
CREATE TABLE IF NOT EXISTS legal_holds (
  id text PRIMARY KEY,
  title text NOT NULL,
  reason text NOT NULL,
  period text,
  entity text,
  flow text,
  placed_by text NOT NULL,
  placed_at timestamptz NOT NULL,
  released_by text,
  released_at timestamptz,
  release_reason text
);

-- How far each system has been read. Saved only after the events before it are durable.
CREATE TABLE IF NOT EXISTS cursors (
  system text PRIMARY KEY,
  cursor jsonb NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);

-- Every version of the estate that was ever in force, with its files, because auditors ask which rules applied then.
CREATE TABLE IF NOT EXISTS estate_versions (
  id text PRIMARY KEY,
  estate text NOT NULL,
  hash text NOT NULL,
  files jsonb NOT NULL,
  loaded_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS estate_versions_loaded_at_idx ON estate_versions (estate, loaded_at DESC);

-- Evidence packs people asked for. The pack itself is a file; the audit log holds the hash of its manifest.
CREATE TABLE IF NOT EXISTS evidence_packs (
  id text PRIMARY KEY,
  title text NOT NULL,
  scope jsonb NOT NULL,
  -- Null: every entity. Who may see the pack is decided by it.
  entities text[],
  reason text NOT NULL,
  requester jsonb NOT NULL,
  requested_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'building', 'ready', 'failed')),
  step text NOT NULL,
  rows_done bigint NOT NULL DEFAULT 0,
  rows_expected bigint NOT NULL DEFAULT 0,
  built_at timestamptz,
  bytes bigint,
  sha256 text,
  sealed_by bigint,
  downloads integer NOT NULL DEFAULT 0
);

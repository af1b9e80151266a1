-- The second factor: the sign-in library's table and column, under our names.

ALTER TABLE people ADD COLUMN IF NOT EXISTS second_factor boolean DEFAULT false;

CREATE TABLE IF NOT EXISTS second_factors (
  id text PRIMARY KEY,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  person_id text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  verified boolean DEFAULT true,
  failed_count integer DEFAULT 0,
  locked_until timestamptz,
  -- Ours: a code of an app is good once.
  spent_code text,
  spent_at timestamptz
);
CREATE INDEX IF NOT EXISTS second_factors_secret_idx ON second_factors (secret);
CREATE INDEX IF NOT EXISTS second_factors_person_id_idx ON second_factors (person_id);

-- Roles taken beside one's own for a time, with the reason. In real time, as sessions are.
CREATE TABLE IF NOT EXISTS taken_roles (
  id text PRIMARY KEY,
  person_id text NOT NULL,
  person_name text NOT NULL,
  own_role text NOT NULL,
  role text NOT NULL,
  reason text NOT NULL,
  taken_at timestamptz NOT NULL,
  -- By the clock verdicts are judged by: incidents tell it.
  told_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by text
);
CREATE INDEX IF NOT EXISTS taken_roles_person_idx ON taken_roles (person_id, ends_at);

-- What a key may speak for; null is the whole estate.
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS entities text[];
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS namespaces text[];

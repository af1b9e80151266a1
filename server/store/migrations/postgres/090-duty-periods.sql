-- The periods an auditor's sight is limited to (null: all).
ALTER TABLE duties ADD COLUMN IF NOT EXISTS periods text[];

-- The audit log as a Merkle tree (RFC 6962). Entry n keeps the hash of every complete subtree that ends with it, leaf
-- first: as many as n has trailing zero bits, and one. Any proof then reads O(log n) rows by key, and nothing that was
-- written is ever written again. The chain of hashes there was before followed from the bodies alone, which stay.

DROP TRIGGER IF EXISTS audit_entries_stay ON audit_entries;
ALTER TABLE audit_entries ADD COLUMN IF NOT EXISTS nodes text[];

DO $$
DECLARE
  entry record;
  open text[] := '{}';
  own text[];
  node bytea;
  rest bigint;
BEGIN
  FOR entry IN SELECT sequence, body::text AS body FROM audit_entries ORDER BY sequence LOOP
    node := sha256('\x00'::bytea || convert_to(entry.body, 'UTF8'));
    own := ARRAY[encode(node, 'hex')];
    rest := entry.sequence;
    WHILE rest % 2 = 0 LOOP
      node := sha256('\x01'::bytea || decode(open[array_length(open, 1)], 'hex') || node);
      open := open[1 : array_length(open, 1) - 1];
      own := own || encode(node, 'hex');
      rest := rest / 2;
    END LOOP;
    open := open || encode(node, 'hex');
    UPDATE audit_entries SET nodes = own WHERE sequence = entry.sequence;
  END LOOP;
END
$$;

ALTER TABLE audit_entries ALTER COLUMN nodes SET NOT NULL;
ALTER TABLE audit_entries DROP COLUMN IF EXISTS previous_hash;
ALTER TABLE audit_entries DROP COLUMN IF EXISTS hash;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Keys that signed checkpoints, oldest first. A key speaks from the log's size when it came; the one before it endorsed
-- it by signing `endorsement`, except the first and one that followed a key that was lost.
CREATE TABLE IF NOT EXISTS audit_keys (
  sequence integer PRIMARY KEY,
  key text NOT NULL UNIQUE,
  since timestamptz NOT NULL,
  from_size bigint NOT NULL,
  endorsement text,
  reason text NOT NULL
);

-- What was signed and said outside: sizes only grow.
CREATE TABLE IF NOT EXISTS audit_checkpoints (
  size bigint PRIMARY KEY,
  root text NOT NULL,
  note text NOT NULL,
  signed_at timestamptz NOT NULL
);

DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['audit_keys', 'audit_checkpoints'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', name || '_stay', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name || '_stay', name);
  END LOOP;
END $$;

-- Which checkpoints the address outside has taken.
CREATE TABLE IF NOT EXISTS audit_checkpoint_sends (
  size bigint PRIMARY KEY REFERENCES audit_checkpoints (size),
  sent_at timestamptz NOT NULL
);

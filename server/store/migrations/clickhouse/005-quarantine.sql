-- Input that could not be accepted, whole. The id is a hash of the input, so that the same input again is one item.
CREATE TABLE IF NOT EXISTS quarantine {cluster} (
  id String,
  received_at DateTime64(3, 'UTC'),
  door String,
  source String,
  content_type String,
  -- event: the text of an event; cloudevent: of an event in its envelope; bytes: base64 of what is not text.
  form String,
  -- JSON of a CloudEvent's attributes, where they came beside the text.
  attributes String,
  reason String,
  path String,
  size_bytes UInt64,
  body String CODEC(ZSTD(1))
) ENGINE = {replicated}ReplacingMergeTree(received_at)
ORDER BY id;

-- What people decided about it. An item that arrives again after its resolution is open again.
CREATE TABLE IF NOT EXISTS quarantine_resolutions {cluster} (
  id String,
  resolved_at DateTime64(3, 'UTC'),
  state String,
  resolved_by String,
  reason String,
  event_id String
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (id, resolved_at, state);

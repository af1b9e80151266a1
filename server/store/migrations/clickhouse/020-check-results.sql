-- What every check of a reconciliation said, and what it rested on: enough to ask for the same figures and judge them again.
CREATE TABLE IF NOT EXISTS check_results {cluster} (
  id String,
  checked_at DateTime64(3, 'UTC'),
  trigger Enum8('arrival' = 1, 'schedule' = 2, 'demand' = 3),
  rule String,
  rule_version String,
  entity String,
  period String,
  state LowCardinality(String),
  first_off String,
  -- Decimal text, because an amount is kept as it was told; empty where none is known.
  difference String,
  currency String,
  breaks UInt32,
  canary LowCardinality(String),
  -- SHA-256 over the whole verdict.
  verdict_digest String,
  -- SHA-256 over rule version, verdict and inputs: a check that says the same of the same is not written again.
  fingerprint String,
  findings String,
  -- Each leg with its report, watermark and the SHA-256 of its totals.
  inputs String CODEC(ZSTD(1)),
  question String CODEC(ZSTD(1)),
  -- The rule, mappings and rates as declared, and the instants it was judged by.
  basis String CODEC(ZSTD(3)),
  INDEX check_results_id id TYPE bloom_filter GRANULARITY 1
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (rule, entity, period, checked_at, id);

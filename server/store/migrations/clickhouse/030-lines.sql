-- Lines as files hand them in. A load is one reading of one file and is written once; which loads count, line_extracts
-- says. Rows stand in the order of their bucket, the high bits of the key's hash, so that the rows of a bucket lie together.
CREATE TABLE IF NOT EXISTS lines {cluster} (
  load UUID,
  bucket UInt16,
  key_hash UInt64,
  -- Over key, amount, currency and dimensions.
  row_hash UInt64,
  -- Columns joined by the unit separator, which none of them contains: arrays cost a sort several times as much.
  key String,
  amount Decimal(38, 12),
  currency LowCardinality(String),
  dimensions String
) ENGINE = {replicated}MergeTree
ORDER BY (load, bucket, key_hash)
SETTINGS index_granularity = 1024;

-- What two loads are compared by first. Hashes are summed and never combined by XOR, which a row replayed twice leaves as it was.
CREATE TABLE IF NOT EXISTS line_buckets {cluster} (
  load UUID,
  bucket UInt16,
  lines SimpleAggregateFunction(sum, UInt64),
  row_hashes SimpleAggregateFunction(sumWithOverflow, UInt64),
  -- Compared and never shown, so that what overflows does no harm.
  amount SimpleAggregateFunction(sumWithOverflow, Decimal(38, 12))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (load, bucket);

CREATE MATERIALIZED VIEW IF NOT EXISTS lines_buckets {cluster} TO line_buckets AS
SELECT
  load, bucket, count() AS lines, sumWithOverflow(row_hash) AS row_hashes,
  sumWithOverflow(lines.amount) AS amount
FROM lines
GROUP BY load, bucket;

-- Rows that could not be read, as they came.
CREATE TABLE IF NOT EXISTS line_flaws {cluster} (
  load UUID,
  row UInt64,
  column String,
  reason String,
  fields String CODEC(ZSTD(1))
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (load, row);

-- What came of each file. Written last: a load it does not name was cut short and counts for nothing.
CREATE TABLE IF NOT EXISTS line_extracts {cluster} (
  load UUID,
  dataset String,
  entity String,
  period String,
  version String,
  run_id String,
  -- When the run took its snapshot; the latest of them is the extract that counts.
  as_of DateTime64(3, 'UTC'),
  part UInt32,
  parts UInt32,
  format String,
  sha256 String,
  received_at DateTime64(3, 'UTC'),
  received_from String,
  state LowCardinality(String),
  reason String,
  rows UInt64,
  flaws UInt64,
  sums Array(Tuple(currency String, amount Decimal(76, 12))),
  key_columns Array(String),
  dimensions Array(String),
  verified Array(String),
  -- JSON of how the file was read.
  layout String
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (dataset, entity, period, version, run_id, part, received_at, load);

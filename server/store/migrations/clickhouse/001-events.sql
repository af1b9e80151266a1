-- What ingest writes: one row an event, prepared by server/ingest. Nothing stays here; the views below hand it on.
CREATE TABLE IF NOT EXISTS incoming {cluster} (
  event_id String,
  replay Bool,
  received_at DateTime64(3, 'UTC'),
  door LowCardinality(String),
  source LowCardinality(String),
  kind LowCardinality(String),
  event_time DateTime64(3, 'UTC'),
  event_type LowCardinality(String),
  rank UInt8,
  producer LowCardinality(String),
  job_namespace String,
  job_name String,
  run_id String,
  outcome String,
  correlation String,
  exceptions String,
  parent_run_id String,
  error String,
  attempt UInt32,
  io Array(Tuple(direction LowCardinality(String), namespace String, name String, entity String, period String)),
  edges Array(Tuple(origin String, destination String, how LowCardinality(String))),
  watermarks Array(Tuple(
    namespace String, name String, entity String, ledger String, period String, version String,
    complete_through DateTime64(3, 'UTC'), snapshot_as_of Nullable(DateTime64(3, 'UTC'))
  )),
  totals Array(Tuple(
    namespace String, name String, entity String, ledger String, period String, version String,
    account String, currency String, measure LowCardinality(String),
    value Decimal(38, 12), as_of DateTime64(3, 'UTC'), correlation_id String
  )),
  correlations Array(Tuple(
    correlation_id String, how LowCardinality(String), job_namespace String, job_name String, run_id String
  )),
  warnings Array(Tuple(path String, message String)),
  envelope String,
  raw String
) ENGINE = Null;

-- Raw events, whole. An event sent twice has one event_id; readers take one row for each, merges drop the other.
CREATE TABLE IF NOT EXISTS events {cluster} (
  event_id String,
  received_at DateTime64(3, 'UTC'),
  door LowCardinality(String),
  source LowCardinality(String),
  kind LowCardinality(String),
  event_time DateTime64(3, 'UTC'),
  event_type LowCardinality(String),
  producer LowCardinality(String),
  job_namespace String,
  job_name String,
  run_id String,
  warnings Array(Tuple(path String, message String)),
  envelope String CODEC(ZSTD(1)),
  raw String CODEC(ZSTD(1)),
  INDEX events_event_id event_id TYPE bloom_filter GRANULARITY 1,
  INDEX events_run_id run_id TYPE bloom_filter GRANULARITY 1,
  INDEX events_event_time event_time TYPE minmax GRANULARITY 1
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (job_namespace, job_name, run_id, event_time, event_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_events {cluster} TO events AS
SELECT
  event_id, received_at, door, source, kind, event_time, event_type, producer,
  job_namespace, job_name, run_id, warnings, envelope, raw
FROM incoming
WHERE NOT replay;

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
  -- Stamped values of a run: (at, rank, value), or the zero of it where the event does not state one.
  state Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  outcome Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  correlation Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  exceptions Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  parent Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  error Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String),
  attempt UInt32,
  started_at Nullable(DateTime64(3, 'UTC')),
  restarted_at Nullable(DateTime64(3, 'UTC')),
  io Array(Tuple(direction LowCardinality(String), namespace String, name String, entity String, period String)),
  -- Each step of lineage twice, from either end.
  edges Array(Tuple(node String, direction LowCardinality(String), other String, how LowCardinality(String))),
  watermarks Array(Tuple(
    namespace String, name String, entity String, ledger String, period String, version String,
    complete_through DateTime64(3, 'UTC'), snapshot_as_of DateTime64(3, 'UTC')
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
  INDEX events_event_time event_time TYPE minmax GRANULARITY 1
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (job_namespace, job_name, run_id, event_time, event_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_events {cluster} TO events AS
SELECT
  event_id, received_at, door, source, kind, event_time, event_type, producer,
  job_namespace, job_name, run_id, warnings, envelope, raw
FROM incoming
WHERE NOT replay;

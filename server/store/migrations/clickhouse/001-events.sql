-- What ingest writes: one row an event, prepared by server/ingest. Nothing stays here; the views below hand it on.
-- They compute nothing: each view costs every insert its planning, and expressions cost most of that.
CREATE TABLE IF NOT EXISTS incoming {cluster} (
  event_id String,
  replay Bool,
  received_at DateTime64(3, 'UTC'),
  door String,
  source String,
  kind Enum8('run' = 1, 'job' = 2, 'dataset' = 3),
  event_time DateTime64(3, 'UTC'),
  event_type Enum8('' = 0, 'OTHER' = 1, 'START' = 2, 'RUNNING' = 3, 'COMPLETE' = 4, 'ABORT' = 5, 'FAIL' = 6),
  rank UInt8,
  producer String,
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
  io Array(Tuple(direction Enum8('input' = 1, 'output' = 2), namespace String, name String, entity String, period String)),
  -- Each step of lineage twice, from either end.
  edges Array(Tuple(node String, direction Enum8('down' = 1, 'up' = 2), other String, how Enum8('io' = 1, 'column' = 2, 'explicit' = 3))),
  warnings Array(Tuple(path String, message String)),
  envelope String,
  raw String
) ENGINE = Null;

-- Raw events, whole. An event sent twice has one event_id; readers take one row for each, merges drop the other.
CREATE TABLE IF NOT EXISTS events {cluster} (
  event_id String,
  received_at DateTime64(3, 'UTC'),
  door String,
  source String,
  kind Enum8('run' = 1, 'job' = 2, 'dataset' = 3),
  event_time DateTime64(3, 'UTC'),
  event_type Enum8('' = 0, 'OTHER' = 1, 'START' = 2, 'RUNNING' = 3, 'COMPLETE' = 4, 'ABORT' = 5, 'FAIL' = 6),
  producer String,
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

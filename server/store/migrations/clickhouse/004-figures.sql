-- How far each dataset is complete for an entity and period: what the latest event that says so says. A load that puts
-- an older snapshot back moves it back, because that is then what is there. A snapshot_as_of of zero means none.
CREATE TABLE IF NOT EXISTS watermarks {cluster} (
  namespace String,
  name String,
  entity String,
  period String,
  version String,
  ledger String,
  watermark SimpleAggregateFunction(max, Tuple(
    at DateTime64(3, 'UTC'), rank UInt8,
    complete_through DateTime64(3, 'UTC'), snapshot_as_of DateTime64(3, 'UTC'), run_id String
  ))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (namespace, name, entity, period, version, ledger);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_watermarks {cluster} TO watermarks AS
SELECT
  seen.namespace AS namespace, seen.name AS name, seen.entity AS entity, seen.period AS period,
  seen.version AS version, seen.ledger AS ledger,
  (event_time, rank, seen.complete_through, seen.snapshot_as_of, run_id) AS watermark
FROM incoming
ARRAY JOIN watermarks AS seen;

-- Control totals of every report: an event is a report, so that the evidence of each run stays. Everything beside the
-- key follows from event_id. The latest report on a dataset, entity, period and version is the one with the largest
-- (event_time, rank, event_id).
CREATE TABLE IF NOT EXISTS control_totals {cluster} (
  namespace String,
  name String,
  entity String,
  period String,
  version String,
  event_time DateTime64(3, 'UTC'),
  rank UInt8,
  event_id String,
  ledger String,
  account String,
  currency LowCardinality(String),
  measure LowCardinality(String),
  value Decimal(38, 12),
  as_of DateTime64(3, 'UTC'),
  run_id String,
  correlation_id String,
  INDEX control_totals_run_id run_id TYPE bloom_filter GRANULARITY 1
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (namespace, name, entity, period, version, event_time, rank, event_id, ledger, account, currency, measure);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_control_totals {cluster} TO control_totals AS
SELECT
  seen.namespace AS namespace, seen.name AS name, seen.entity AS entity, seen.period AS period,
  seen.version AS version, event_time, rank, event_id, seen.ledger AS ledger, seen.account AS account,
  seen.currency AS currency, seen.measure AS measure, seen.value AS value, seen.as_of AS as_of, run_id,
  seen.correlation_id AS correlation_id
FROM incoming
ARRAY JOIN totals AS seen;

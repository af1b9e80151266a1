-- Figures and correlations of the events that carry any; most in the wild do not, and then nothing is written here.
-- Goes in before the event itself, so that an event that is there has all its figures.
CREATE TABLE IF NOT EXISTS incoming_figures {cluster} (
  event_id String,
  event_time DateTime64(3, 'UTC'),
  rank UInt8,
  run_id String,
  watermarks Array(Tuple(
    namespace String, name String, entity String, ledger String, period String, version String,
    complete_through DateTime64(3, 'UTC'), snapshot_as_of DateTime64(3, 'UTC')
  )),
  totals Array(Tuple(
    namespace String, name String, entity String, ledger String, period String, version String,
    account String, currency String, measure Enum8('count' = 1, 'debit' = 2, 'credit' = 3, 'net' = 4),
    value Decimal(38, 12), as_of DateTime64(3, 'UTC'), correlation_id String
  )),
  correlations Array(Tuple(
    correlation_id String, how Enum8('carried' = 1, 'linked' = 2, 'in-data' = 3),
    job_namespace String, job_name String, run_id String
  ))
) ENGINE = Null;

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

CREATE MATERIALIZED VIEW IF NOT EXISTS figures_watermarks {cluster} TO watermarks AS
SELECT
  seen.namespace AS namespace, seen.name AS name, seen.entity AS entity, seen.period AS period,
  seen.version AS version, seen.ledger AS ledger,
  (event_time, rank, seen.complete_through, seen.snapshot_as_of, run_id) AS watermark
FROM incoming_figures
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
  currency String,
  measure Enum8('count' = 1, 'debit' = 2, 'credit' = 3, 'net' = 4),
  value Decimal(38, 12),
  as_of DateTime64(3, 'UTC'),
  run_id String,
  correlation_id String,
  INDEX control_totals_run_id run_id TYPE bloom_filter GRANULARITY 1
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (namespace, name, entity, period, version, event_time, rank, event_id, ledger, account, currency, measure);

CREATE MATERIALIZED VIEW IF NOT EXISTS figures_control_totals {cluster} TO control_totals AS
SELECT
  seen.namespace AS namespace, seen.name AS name, seen.entity AS entity, seen.period AS period,
  seen.version AS version, event_time, rank, event_id, seen.ledger AS ledger, seen.account AS account,
  seen.currency AS currency, seen.measure AS measure, seen.value AS value, seen.as_of AS as_of, run_id,
  seen.correlation_id AS correlation_id
FROM incoming_figures
ARRAY JOIN totals AS seen;

-- Runs by correlation ID, and how each is known to belong to it.
CREATE TABLE IF NOT EXISTS correlations {cluster} (
  correlation_id String,
  job_namespace String,
  job_name String,
  run_id String,
  how Enum8('carried' = 1, 'linked' = 2, 'in-data' = 3),
  first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  INDEX correlations_run_id run_id TYPE bloom_filter GRANULARITY 1
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (correlation_id, job_namespace, job_name, run_id, how);

CREATE MATERIALIZED VIEW IF NOT EXISTS figures_correlations {cluster} TO correlations AS
SELECT
  seen.correlation_id AS correlation_id, seen.job_namespace AS job_namespace, seen.job_name AS job_name,
  seen.run_id AS run_id, seen.how AS how,
  event_time AS first_seen_at, event_time AS last_seen_at
FROM incoming_figures
ARRAY JOIN correlations AS seen;

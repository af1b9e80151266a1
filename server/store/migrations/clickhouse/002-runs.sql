-- Runs, folded from their events in any order and however often each comes. Run ids are not unique in the wild: a run
-- is told by its job as well. A stamped value is the latest one stated: of (at, rank, value) the largest wins.
CREATE TABLE IF NOT EXISTS runs {cluster} (
  job_namespace String,
  job_name String,
  run_id String,
  -- START, RUNNING, COMPLETE, ABORT or FAIL; events of no or other type change no state.
  state SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  outcome SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  correlation SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  exceptions SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  parent SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  error SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), rank UInt8, value String)),
  attempt SimpleAggregateFunction(max, UInt32),
  -- The first sign of it working, and the latest START: what failed before that belongs to an earlier attempt.
  started_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  restarted_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
  last_event_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  INDEX runs_run_id run_id TYPE bloom_filter GRANULARITY 1
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (job_namespace, job_name, run_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_runs {cluster} TO runs AS
SELECT
  job_namespace, job_name, run_id, state, outcome, correlation, exceptions, parent, error, attempt,
  started_at, restarted_at, event_time AS last_event_at
FROM incoming
WHERE kind = 'run';

-- What each run reads and writes, by entity and period where it says so.
CREATE TABLE IF NOT EXISTS run_io {cluster} (
  job_namespace String,
  job_name String,
  run_id String,
  direction Enum8('input' = 1, 'output' = 2),
  namespace String,
  name String,
  entity String,
  period String,
  first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (job_namespace, job_name, run_id, direction, namespace, name, entity, period);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_run_io {cluster} TO run_io AS
SELECT
  job_namespace, job_name, run_id,
  seen.direction AS direction, seen.namespace AS namespace, seen.name AS name,
  seen.entity AS entity, seen.period AS period,
  event_time AS first_seen_at, event_time AS last_seen_at
FROM incoming
ARRAY JOIN io AS seen;

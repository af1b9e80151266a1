-- 040-lineage-steps
-- Steps of the lineage graph with the times they took effect and the times they became known. Of each day up to three
-- sightings are kept: the first, the one known soonest, and the latest; each is a pair that really was. A sighting is
-- a minimum or a maximum, so repetition and order change nothing.
DROP TABLE IF EXISTS incoming_edges {cluster};

DROP TABLE IF EXISTS edges {cluster};

ALTER TABLE incoming {cluster} DROP COLUMN IF EXISTS edges;

-- `via` is the job that stated a step from dataset to dataset. An origin of '' is a statement itself: its job told its
-- inputs or outputs whole, or somebody told all that feeds the destination; what it no longer names, ends.
ALTER TABLE incoming {cluster} ADD COLUMN IF NOT EXISTS steps Array(Tuple(
  origin String,
  destination String,
  how Enum8('io' = 1, 'column' = 2, 'explicit' = 3, 'parent' = 4, 'alias' = 5, 'renamed' = 6, 'dropped' = 7,
    'created' = 8, 'told-inputs' = 9, 'told-outputs' = 10),
  via String
)) AFTER io;

CREATE TABLE IF NOT EXISTS lineage_steps {cluster} (
  origin String,
  destination String,
  how Enum8('io' = 1, 'column' = 2, 'explicit' = 3, 'parent' = 4, 'alias' = 5, 'renamed' = 6, 'dropped' = 7,
    'created' = 8, 'told-inputs' = 9, 'told-outputs' = 10),
  via String,
  producer LowCardinality(String),
  day Date,
  first SimpleAggregateFunction(min, Tuple(at DateTime64(3, 'UTC'), known DateTime64(3, 'UTC'))),
  soonest SimpleAggregateFunction(min, Tuple(known DateTime64(3, 'UTC'), at DateTime64(3, 'UTC'))),
  -- Known as negative milliseconds, so that of one instant the sighting known sooner is the larger.
  latest SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), unknown Int64))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (origin, destination, how, via, producer, day);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_lineage_steps {cluster} TO lineage_steps AS
SELECT
  step.origin AS origin, step.destination AS destination, step.how AS how, step.via AS via, producer,
  toDate(event_time) AS day,
  (event_time, received_at) AS first, (received_at, event_time) AS soonest,
  (event_time, -toUnixTimestamp64Milli(received_at)) AS latest
FROM incoming
ARRAY JOIN steps AS step;

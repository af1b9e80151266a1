-- 041-lineage-columns
-- Which field is made of which, seen from either end so that a walk up and a walk down both read by key. A field of ''
-- stands for the whole dataset. Sightings as in lineage_steps.
CREATE TABLE IF NOT EXISTS lineage_columns {cluster} (
  node String,
  field String,
  direction Enum8('down' = 1, 'up' = 2),
  other String,
  other_field String,
  via String,
  producer LowCardinality(String),
  how Enum8('column' = 2, 'explicit' = 3),
  day Date,
  -- The type and the words of the transformation as told last: (at, kind, text).
  transformation SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), kind String, text String)),
  first SimpleAggregateFunction(min, Tuple(at DateTime64(3, 'UTC'), known DateTime64(3, 'UTC'))),
  soonest SimpleAggregateFunction(min, Tuple(known DateTime64(3, 'UTC'), at DateTime64(3, 'UTC'))),
  latest SimpleAggregateFunction(max, Tuple(at DateTime64(3, 'UTC'), unknown Int64))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (node, field, direction, other, other_field, via, producer, how, day);

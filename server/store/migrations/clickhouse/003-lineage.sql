-- Steps of the lineage graph with the time they were seen in. Each stands twice, once from either end, so that a walk
-- up and a walk down both read by key.
CREATE TABLE IF NOT EXISTS edges {cluster} (
  node String,
  direction Enum8('down' = 1, 'up' = 2),
  other String,
  how Enum8('io' = 1, 'column' = 2, 'explicit' = 3),
  first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (node, direction, other, how);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_edges {cluster} TO edges AS
SELECT
  seen.node AS node, seen.direction AS direction, seen.other AS other, seen.how AS how,
  event_time AS first_seen_at, event_time AS last_seen_at
FROM incoming
ARRAY JOIN edges AS seen;

-- Steps of the lineage graph with the time they were seen in. Each stands twice, once from either end, so that a walk
-- up and a walk down both read by key.
CREATE TABLE IF NOT EXISTS edges {cluster} (
  node String,
  direction Enum8('down' = 1, 'up' = 2),
  other String,
  how LowCardinality(String),
  first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = {replicated}AggregatingMergeTree
ORDER BY (node, direction, other, how);

CREATE MATERIALIZED VIEW IF NOT EXISTS incoming_edges {cluster} TO edges AS
SELECT
  if(ends.1 = 'down', seen.origin, seen.destination) AS node,
  ends.1 AS direction,
  if(ends.1 = 'down', seen.destination, seen.origin) AS other,
  seen.how AS how,
  event_time AS first_seen_at,
  event_time AS last_seen_at
FROM (SELECT event_time, arrayJoin(edges) AS seen FROM incoming)
ARRAY JOIN [tuple('down'), tuple('up')] AS ends;

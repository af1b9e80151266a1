-- Every statement that a ledger or subledger takes postings in a period or does not. Statements are few, so that they go
-- in directly and not through a view; a repeated one is the same row.
CREATE TABLE IF NOT EXISTS period_statuses {cluster} (
  entity String,
  period String,
  namespace String,
  name String,
  ledger String,
  subledger String,
  event_time DateTime64(3, 'UTC'),
  event_id String,
  status Enum8('future' = 1, 'open' = 2, 'soft' = 3, 'closed' = 4, 'locked' = 5),
  native String
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (entity, period, namespace, name, ledger, subledger, event_time, event_id);

-- Names by which a run can be found from elsewhere: runs it names, messages, files, batches, documents it could not load.
-- Few events carry any, so that they go in directly and not through a view; a repeated one is the same row.
CREATE TABLE IF NOT EXISTS run_names {cluster} (
  name String,
  kind LowCardinality(String),
  job_namespace String,
  job_name String,
  run_id String
) ENGINE = {replicated}ReplacingMergeTree
ORDER BY (name, kind, job_namespace, job_name, run_id);

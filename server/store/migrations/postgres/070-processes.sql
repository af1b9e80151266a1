-- What one process does at a time, and which does it. A lease that ran out may be taken by any other; time is the database's.
CREATE TABLE IF NOT EXISTS leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  until timestamptz NOT NULL
);

-- What one process tells the others. Rows are short-lived: who missed them reads the tables anew.
CREATE TABLE IF NOT EXISTS news (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  holder text NOT NULL,
  body json NOT NULL
);
CREATE INDEX IF NOT EXISTS news_told_at_idx ON news (told_at);

-- How each collector is, as the process that reads its system sees it.
CREATE TABLE IF NOT EXISTS collector_rows (
  system text PRIMARY KEY,
  body json NOT NULL
);

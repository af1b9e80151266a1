-- 042-lineage-arrivals
-- When steps and columns became known, kept aside while they are derived again: of an event that came twice the raw
-- table may hold the later arrival only, and what was known when must not change by a rebuild. Empty otherwise.
CREATE TABLE IF NOT EXISTS lineage_steps_arrived {cluster} AS lineage_steps;

CREATE TABLE IF NOT EXISTS lineage_columns_arrived {cluster} AS lineage_columns;

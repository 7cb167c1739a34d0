-- What was said of routes through the API, laid over the configuration.
CREATE TABLE routes (
  name text COLLATE "C" PRIMARY KEY,
  spec jsonb, -- NULL: removed
  changed_at timestamptz NOT NULL
);

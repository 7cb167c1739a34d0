-- What was said of routes through the API, laid over the configuration.
CREATE TABLE routes (
  name TEXT PRIMARY KEY,
  spec TEXT CHECK (json_valid(spec)), -- NULL: removed
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was said of exchanges through the API, laid over the configuration.
CREATE TABLE exchanges (
  market TEXT PRIMARY KEY,
  removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
  failover TEXT CHECK (json_valid(failover)), -- NULL: nobody takes over
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which providers their instruments come from, where no route says anything else.
CREATE TABLE exchange_provider_mappings (
  market TEXT NOT NULL REFERENCES exchanges (market),
  provider TEXT NOT NULL,
  priority INTEGER NOT NULL CHECK (priority >= 1), -- the lower is preferred
  is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)), -- before all others
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  PRIMARY KEY (market, provider)
) STRICT, WITHOUT ROWID;

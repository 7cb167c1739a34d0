-- What strategies say.
CREATE TABLE signals (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  strategy TEXT NOT NULL,
  time INTEGER NOT NULL, -- the end of the last candle it knew of
  id TEXT NOT NULL,
  interval TEXT NOT NULL,
  basis TEXT NOT NULL CHECK (basis IN ('trade', 'bid', 'ask', 'mid')),
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  strength REAL NOT NULL, -- 0 to 1
  entry REAL NOT NULL,
  stop REAL NOT NULL,
  target REAL NOT NULL,
  reasons TEXT NOT NULL CHECK (json_valid(reasons)), -- a list of sentences
  inputs TEXT NOT NULL CHECK (json_valid(inputs)), -- values by name
  revision TEXT NOT NULL, -- of the configuration
  PRIMARY KEY (symbol, strategy, time)
) STRICT, WITHOUT ROWID;
CREATE INDEX signals_time ON signals (time);

-- How each strategy stands on each instrument: what it goes on from after a restart.
CREATE TABLE strategies (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  strategy TEXT NOT NULL,
  since INTEGER NOT NULL, -- the start of the first candle its indicators have seen
  until INTEGER NOT NULL, -- the end of the last candle it looked at
  state TEXT NOT NULL CHECK (json_valid(state)), -- its own
  market TEXT NOT NULL CHECK (json_valid(market)), -- the market's state then, or null
  revision TEXT NOT NULL, -- of the configuration
  PRIMARY KEY (symbol, strategy)
) STRICT, WITHOUT ROWID;

-- All that was ever said of strategies through the API: the last of each holds, laid over the
-- configuration.
CREATE TABLE strategy_configs (
  seq INTEGER PRIMARY KEY,
  strategy TEXT NOT NULL,
  symbol TEXT NOT NULL, -- of ours, or *
  spec TEXT CHECK (json_valid(spec)), -- NULL: removed
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT;

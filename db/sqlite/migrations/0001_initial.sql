-- Times are whole microseconds since 1970-01-01T00:00:00Z.

-- Names are kept once: a tick refers to them by small numbers.
CREATE TABLE symbols (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE providers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- What was said of instruments through the API, laid over the configuration.
CREATE TABLE instruments (
  symbol TEXT PRIMARY KEY,
  spec TEXT CHECK (json_valid(spec)), -- NULL: removed
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `seq` is the order of arrival. The table is the only large one, and every constraint on it is
-- paid per tick: names and codes are held right by their only writer instead.
CREATE TABLE ticks (
  seq INTEGER PRIMARY KEY,
  symbol INTEGER NOT NULL, -- symbols.id
  time INTEGER NOT NULL,
  provider INTEGER NOT NULL, -- providers.id
  kind INTEGER NOT NULL, -- 0 trade, 1 quote, 2 depth
  id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  price REAL, -- NULL in a trade: not a number
  size REAL,
  side TEXT, -- buy, sell
  conditions TEXT,
  bid REAL,
  bid_size REAL,
  ask REAL,
  ask_size REAL,
  bids TEXT, -- price@size|...
  asks TEXT,
  UNIQUE (symbol, time, provider, kind, id)
) STRICT;

CREATE TABLE candles (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  interval TEXT NOT NULL,
  basis TEXT NOT NULL CHECK (basis IN ('trade', 'bid', 'ask', 'mid')),
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  open REAL NOT NULL,
  high REAL NOT NULL,
  low REAL NOT NULL,
  close REAL NOT NULL,
  real_volume REAL NOT NULL,
  tick_volume INTEGER NOT NULL,
  vwap REAL,
  buy_volume REAL NOT NULL,
  sell_volume REAL NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('forming', 'complete', 'partial', 'gapped', 'repaired')),
  revision INTEGER NOT NULL,
  provider_source TEXT NOT NULL, -- names joined by |
  open_time INTEGER NOT NULL,
  close_time INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (symbol, interval, basis, start_time)
) STRICT, WITHOUT ROWID;

CREATE INDEX candles_told ON candles (epoch, sequence);

CREATE TABLE gaps (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  provider INTEGER NOT NULL REFERENCES providers (id),
  from_time INTEGER NOT NULL,
  to_time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'filled', 'unfillable')),
  detected_at INTEGER NOT NULL,
  PRIMARY KEY (symbol, provider, from_time)
) STRICT, WITHOUT ROWID;

CREATE INDEX gaps_from ON gaps (from_time);

-- `id` keeps the order of events of one instant.
CREATE TABLE provider_events (
  id INTEGER PRIMARY KEY,
  provider INTEGER NOT NULL REFERENCES providers (id),
  time INTEGER NOT NULL,
  event TEXT NOT NULL,
  reason TEXT NOT NULL,
  correlation TEXT NOT NULL,
  UNIQUE (provider, time, event, reason, correlation)
) STRICT;

CREATE TABLE runs (
  epoch TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL,
  alive_until INTEGER NOT NULL,
  clean INTEGER NOT NULL CHECK (clean IN (0, 1))
) STRICT, WITHOUT ROWID;

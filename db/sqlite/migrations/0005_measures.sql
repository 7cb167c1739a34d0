-- Minutes of volume by price: a session's profile is the sum of its own.
CREATE TABLE volume_profile (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  basis TEXT NOT NULL CHECK (basis IN ('volume', 'ticks')),
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  step REAL NOT NULL,
  bin_steps INTEGER NOT NULL,
  max_bins INTEGER NOT NULL,
  width INTEGER NOT NULL, -- steps in a bin
  first_bin INTEGER NOT NULL, -- it begins at first_bin * width * step
  bins TEXT NOT NULL CHECK (json_valid(bins)), -- what each holds, lowest price first
  low REAL, -- NULL: no tick had a place by its price
  high REAL,
  close REAL,
  unplaced REAL NOT NULL, -- volume without a place by its price
  PRIMARY KEY (symbol, basis, start_time)
) STRICT, WITHOUT ROWID;

-- What the profile of a session, or of the stretch between two, says.
CREATE TABLE profile_metrics (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  basis TEXT NOT NULL CHECK (basis IN ('volume', 'ticks')),
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  regular INTEGER NOT NULL CHECK (regular IN (0, 1)), -- 0: between two sessions
  status TEXT NOT NULL CHECK (status IN ('forming', 'complete', 'partial', 'gapped')),
  since INTEGER NOT NULL,
  poc REAL NOT NULL,
  vah REAL NOT NULL,
  val REAL NOT NULL,
  high REAL NOT NULL,
  low REAL NOT NULL,
  total REAL NOT NULL,
  value_share REAL NOT NULL,
  hvn TEXT NOT NULL CHECK (json_valid(hvn)),
  lvn TEXT NOT NULL CHECK (json_valid(lvn)),
  shape TEXT, -- P, b, D, B, I; NULL: too few bins
  unplaced REAL NOT NULL,
  PRIMARY KEY (symbol, basis, start_time)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_flow (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  interval TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  buy_volume REAL NOT NULL,
  sell_volume REAL NOT NULL,
  unknown_volume REAL NOT NULL,
  buys INTEGER NOT NULL,
  sells INTEGER NOT NULL,
  unknowns INTEGER NOT NULL,
  delta_high REAL NOT NULL,
  delta_low REAL NOT NULL,
  large_buy_volume REAL NOT NULL,
  large_sell_volume REAL NOT NULL,
  larges INTEGER NOT NULL,
  cumulative REAL NOT NULL, -- the session's delta at the bar's end
  revision INTEGER NOT NULL,
  PRIMARY KEY (symbol, interval, start_time)
) STRICT, WITHOUT ROWID;

CREATE TABLE market_state (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  time INTEGER NOT NULL,
  regime TEXT NOT NULL CHECK (regime IN ('balance', 'imbalance-up', 'imbalance-down')),
  score REAL NOT NULL, -- -1 (down) to 1 (up)
  confidence REAL NOT NULL, -- 0 to 1
  price REAL NOT NULL,
  reasons TEXT NOT NULL CHECK (json_valid(reasons)), -- a list of sentences
  PRIMARY KEY (symbol, time)
) STRICT, WITHOUT ROWID;

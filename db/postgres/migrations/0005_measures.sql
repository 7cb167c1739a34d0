-- Minutes of volume by price: a session's profile is the sum of its own.
CREATE TABLE volume_profile (
  symbol integer NOT NULL, -- symbols.id
  basis text COLLATE "C" NOT NULL CHECK (basis IN ('volume', 'ticks')),
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  step double precision NOT NULL,
  bin_steps integer NOT NULL,
  max_bins integer NOT NULL,
  width bigint NOT NULL, -- steps in a bin
  first_bin bigint NOT NULL, -- it begins at first_bin * width * step
  bins text NOT NULL, -- what each holds, lowest price first
  low double precision, -- NULL: no tick had a place by its price
  high double precision,
  close double precision,
  unplaced double precision NOT NULL, -- volume without a place by its price
  PRIMARY KEY (symbol, basis, start_time)
);

-- What the profile of a session, or of the stretch between two, says.
CREATE TABLE profile_metrics (
  symbol integer NOT NULL, -- symbols.id
  basis text COLLATE "C" NOT NULL CHECK (basis IN ('volume', 'ticks')),
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  regular smallint NOT NULL, -- 0: between two sessions
  status text NOT NULL CHECK (status IN ('forming', 'complete', 'partial', 'gapped')),
  since timestamptz NOT NULL,
  poc double precision NOT NULL,
  vah double precision NOT NULL,
  val double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  total double precision NOT NULL,
  value_share double precision NOT NULL,
  hvn text NOT NULL,
  lvn text NOT NULL,
  shape text, -- P, b, D, B, I; NULL: too few bins
  unplaced double precision NOT NULL,
  PRIMARY KEY (symbol, basis, start_time)
);

CREATE TABLE order_flow (
  symbol integer NOT NULL, -- symbols.id
  interval text COLLATE "C" NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  buy_volume double precision NOT NULL,
  sell_volume double precision NOT NULL,
  unknown_volume double precision NOT NULL,
  buys bigint NOT NULL,
  sells bigint NOT NULL,
  unknowns bigint NOT NULL,
  delta_high double precision NOT NULL,
  delta_low double precision NOT NULL,
  large_buy_volume double precision NOT NULL,
  large_sell_volume double precision NOT NULL,
  larges bigint NOT NULL,
  cumulative double precision NOT NULL, -- the session's delta at the bar's end
  revision integer NOT NULL,
  PRIMARY KEY (symbol, interval, start_time)
);

CREATE TABLE market_state (
  symbol integer NOT NULL, -- symbols.id
  time timestamptz NOT NULL,
  regime text NOT NULL CHECK (regime IN ('balance', 'imbalance-up', 'imbalance-down')),
  score double precision NOT NULL, -- -1 (down) to 1 (up)
  confidence double precision NOT NULL, -- 0 to 1
  price double precision NOT NULL,
  reasons text NOT NULL, -- a list of sentences
  PRIMARY KEY (symbol, time)
);

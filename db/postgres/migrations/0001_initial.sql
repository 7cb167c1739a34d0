-- Text is compared byte by byte (COLLATE "C"), so that its order is the same on every server.

-- Names are kept once: the large tables refer to them by small numbers.
CREATE TABLE symbols (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE providers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

-- What was said of instruments through the API, laid over the configuration.
CREATE TABLE instruments (
  symbol text COLLATE "C" PRIMARY KEY,
  spec jsonb, -- NULL: removed
  changed_at timestamptz NOT NULL
);

-- `seq` is the order of arrival. Every constraint on this table is paid per tick: names and codes are
-- held right by their only writer instead. The unique key holds `time`, as a hypertable's must. The
-- columns stand in the order of their alignment.
CREATE TABLE ticks (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  time timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  price double precision, -- NULL in a trade: not a number
  size double precision,
  bid double precision,
  bid_size double precision,
  ask double precision,
  ask_size double precision,
  symbol integer NOT NULL, -- symbols.id
  provider integer NOT NULL, -- providers.id
  flags integer NOT NULL,
  kind smallint NOT NULL, -- 0 trade, 1 quote, 2 depth
  id text COLLATE "C" NOT NULL,
  side text, -- buy, sell
  conditions text,
  bids text, -- price@size|...
  asks text,
  UNIQUE (symbol, time, provider, kind, id)
);

CREATE INDEX ticks_arrival ON ticks (symbol, seq);

CREATE TABLE candles (
  symbol integer NOT NULL, -- symbols.id
  interval text COLLATE "C" NOT NULL,
  basis text COLLATE "C" NOT NULL CHECK (basis IN ('trade', 'bid', 'ask', 'mid')),
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  open double precision NOT NULL,
  high double precision NOT NULL,
  low double precision NOT NULL,
  close double precision NOT NULL,
  real_volume double precision NOT NULL,
  tick_volume bigint NOT NULL,
  vwap double precision,
  buy_volume double precision NOT NULL,
  sell_volume double precision NOT NULL,
  status text NOT NULL CHECK (status IN ('forming', 'complete', 'partial', 'gapped', 'repaired')),
  revision integer NOT NULL,
  provider_source text NOT NULL, -- names joined by |
  open_time timestamptz NOT NULL,
  close_time timestamptz NOT NULL,
  epoch text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (symbol, interval, basis, start_time)
);

CREATE INDEX candles_told ON candles (epoch, sequence);

CREATE TABLE gaps (
  symbol integer NOT NULL REFERENCES symbols (id),
  provider integer NOT NULL REFERENCES providers (id),
  from_time timestamptz NOT NULL,
  to_time timestamptz NOT NULL,
  reason text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'filled', 'unfillable')),
  detected_at timestamptz NOT NULL,
  PRIMARY KEY (symbol, provider, from_time)
);

CREATE INDEX gaps_from ON gaps (from_time);

-- `id` keeps the order of events of one instant.
CREATE TABLE provider_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider integer NOT NULL REFERENCES providers (id),
  time timestamptz NOT NULL,
  event text NOT NULL,
  reason text NOT NULL,
  correlation text NOT NULL
);

-- Texts by their digests: what an index holds is limited, and a reason is not.
CREATE UNIQUE INDEX provider_events_once
  ON provider_events (provider, time, md5(event), md5(reason), md5(correlation));

CREATE TABLE runs (
  epoch text COLLATE "C" PRIMARY KEY,
  started_at timestamptz NOT NULL,
  alive_until timestamptz NOT NULL,
  clean boolean NOT NULL
);

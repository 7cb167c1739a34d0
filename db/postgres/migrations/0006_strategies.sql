-- What strategies say.
CREATE TABLE signals (
  symbol integer NOT NULL, -- symbols.id
  strategy text COLLATE "C" NOT NULL,
  time timestamptz NOT NULL, -- the end of the last candle it knew of
  id text NOT NULL,
  interval text COLLATE "C" NOT NULL,
  basis text NOT NULL CHECK (basis IN ('trade', 'bid', 'ask', 'mid')),
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  strength double precision NOT NULL, -- 0 to 1
  entry double precision NOT NULL,
  stop double precision NOT NULL,
  target double precision NOT NULL,
  reasons text NOT NULL, -- a list of sentences
  inputs text NOT NULL, -- values by name
  revision text NOT NULL, -- of the configuration
  PRIMARY KEY (symbol, strategy, time)
);
CREATE INDEX signals_time ON signals (time);

-- How each strategy stands on each instrument: what it goes on from after a restart.
CREATE TABLE strategies (
  symbol integer NOT NULL, -- symbols.id
  strategy text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL, -- the start of the first candle its indicators have seen
  until timestamptz NOT NULL, -- the end of the last candle it looked at
  state text NOT NULL, -- its own, as JSON
  market text NOT NULL, -- the market's state then, or null
  revision text NOT NULL, -- of the configuration
  PRIMARY KEY (symbol, strategy)
);

-- All that was ever said of strategies through the API: the last of each holds, laid over the
-- configuration.
CREATE TABLE strategy_configs (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  strategy text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL, -- of ours, or *
  spec jsonb, -- NULL: removed
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);

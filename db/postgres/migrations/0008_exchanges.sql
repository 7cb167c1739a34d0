-- What was said of exchanges through the API, laid over the configuration.
CREATE TABLE exchanges (
  market text COLLATE "C" PRIMARY KEY,
  removed boolean NOT NULL,
  failover jsonb, -- NULL: nobody takes over
  changed_at timestamptz NOT NULL
);

-- Which providers their instruments come from, where no route says anything else.
CREATE TABLE exchange_provider_mappings (
  market text COLLATE "C" NOT NULL REFERENCES exchanges (market),
  provider text COLLATE "C" NOT NULL,
  priority integer NOT NULL CHECK (priority >= 1), -- the lower is preferred
  is_primary boolean NOT NULL, -- before all others
  active boolean NOT NULL,
  PRIMARY KEY (market, provider)
);

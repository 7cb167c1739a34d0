-- What was spent of the venues' allowances within their windows.
CREATE TABLE quotas (
  provider integer NOT NULL REFERENCES providers (id),
  name text NOT NULL, -- the allowance
  spendings jsonb NOT NULL, -- [[slot's start, spent], ...]
  PRIMARY KEY (provider, name)
);

-- The venues' own names of instruments, as they were learnt.
CREATE TABLE provider_instrument_mappings (
  provider integer NOT NULL REFERENCES providers (id),
  symbol integer NOT NULL REFERENCES symbols (id),
  venue_symbol text NOT NULL,
  PRIMARY KEY (provider, symbol)
);

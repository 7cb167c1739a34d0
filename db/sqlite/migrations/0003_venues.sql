-- What was spent of the venues' allowances within their windows.
CREATE TABLE quotas (
  provider INTEGER NOT NULL REFERENCES providers (id),
  name TEXT NOT NULL, -- the allowance
  spendings TEXT NOT NULL CHECK (json_valid(spendings)), -- [[slot's start, spent], ...]
  PRIMARY KEY (provider, name)
) STRICT, WITHOUT ROWID;

-- The venues' own names of instruments, as they were learnt.
CREATE TABLE provider_instrument_mappings (
  provider INTEGER NOT NULL REFERENCES providers (id),
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  venue_symbol TEXT NOT NULL,
  PRIMARY KEY (provider, symbol)
) STRICT, WITHOUT ROWID;

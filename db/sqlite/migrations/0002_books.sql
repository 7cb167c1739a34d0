-- Books as they stood at an instant: their levels, and what is measured of them.

CREATE TABLE order_book (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  time INTEGER NOT NULL,
  provider INTEGER NOT NULL REFERENCES providers (id),
  bids TEXT NOT NULL, -- price@size|..., best first
  asks TEXT NOT NULL,
  PRIMARY KEY (symbol, time, provider)
) STRICT;

CREATE TABLE market_depth (
  symbol INTEGER NOT NULL REFERENCES symbols (id),
  time INTEGER NOT NULL,
  provider INTEGER NOT NULL REFERENCES providers (id),
  mid REAL, -- NULL: without a bid or an ask
  spread REAL,
  imbalance REAL, -- -1 to 1; NULL: without any size
  PRIMARY KEY (symbol, time, provider)
) STRICT;

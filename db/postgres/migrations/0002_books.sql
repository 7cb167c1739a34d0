-- Books as they stood at an instant: their levels, and what is measured of them.

CREATE TABLE order_book (
  time timestamptz NOT NULL,
  symbol integer NOT NULL, -- symbols.id
  provider integer NOT NULL, -- providers.id
  bids text NOT NULL, -- price@size|..., best first
  asks text NOT NULL,
  PRIMARY KEY (symbol, time, provider)
);

CREATE TABLE market_depth (
  time timestamptz NOT NULL,
  symbol integer NOT NULL, -- symbols.id
  provider integer NOT NULL, -- providers.id
  mid double precision, -- NULL: without a bid or an ask
  spread double precision,
  imbalance double precision, -- -1 to 1; NULL: without any size
  PRIMARY KEY (symbol, time, provider)
);

-- The sizes of each instrument's trades, which say what is a large one.
CREATE TABLE trade_sizes (
  symbol integer NOT NULL PRIMARY KEY, -- symbols.id
  until timestamptz NOT NULL, -- the end of the last minute whose trades are counted
  quantile double precision NOT NULL, -- beyond which a trade is large
  counts text NOT NULL -- pairs of a bucket of sizes and how many, as JSON
);

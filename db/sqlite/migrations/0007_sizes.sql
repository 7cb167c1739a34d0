-- The sizes of each instrument's trades, which say what is a large one.
CREATE TABLE trade_sizes (
  symbol INTEGER NOT NULL PRIMARY KEY REFERENCES symbols (id),
  until INTEGER NOT NULL, -- the end of the last minute whose trades are counted
  quantile REAL NOT NULL, -- beyond which a trade is large
  counts TEXT NOT NULL CHECK (json_valid(counts)) -- pairs of a bucket of sizes and how many
) STRICT, WITHOUT ROWID;

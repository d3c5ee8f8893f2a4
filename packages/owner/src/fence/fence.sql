-- Which Postgres server the rows of this schema were last published from: the stream shows when rows are missing, this says whether that is
-- a failover, which is mended by itself, or a mistake, which is not. One row.
create table database_fence (
  only_row           boolean     primary key default true check (only_row),
  system_identifier  text        not null default '',     -- empty: no server has been accepted yet
  timeline           integer     not null default 0,      -- of the server's log; each promotion begins a later one
  went_back          text        not null default '',     -- an epoch; readers must be in one that says that this context's database went back then or later
  changed_at         timestamptz not null default now()
);
insert into database_fence default values;

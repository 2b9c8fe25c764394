-- A contest that is made is a draft, until somebody publishes it. faded_at: when the addresses of its ballots were turned into digests.
alter table contest alter column published_at drop default;
alter table contest add column faded_at timestamptz;

-- Drawings of numbers by lot, the last of which holds: with the seed (32 random bytes in hex) and the nominations' ids anyone can draw again.
create table shortlist_draw (
  contest  int not null references contest (id) on delete cascade,
  times    int not null,
  at       timestamptz not null default now(),
  drawn_by text not null,
  seed     text not null check (seed ~ '^[0-9a-f]{64}$'),
  primary key (contest, times)
);

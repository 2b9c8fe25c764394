-- 封存记录: what a contest came to, proposed by one person and confirmed by another. digest: SHA-256 of the figures as they stood when it was
-- proposed; what is confirmed must be the same. entry: the act in the ledger that it became.
create table closing (
  id          int generated always as identity primary key,
  contest     int not null references contest (id) on delete cascade,
  reason      text not null,
  reference   text not null,
  digest      bytea not null check (length(digest) = 32),
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null default now(),
  state       text not null default 'open' check (state in ('open', 'done', 'declined')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  entry       bigint,
  check ((state = 'open') = (decided_by is null)),
  check ((state = 'done') = (entry is not null)),
  check (state <> 'done' or decided_by <> proposed_by)
);
create unique index closing_one_open on closing (contest) where state = 'open';

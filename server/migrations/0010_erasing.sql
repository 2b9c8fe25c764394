-- What an organizer asks: that what is still known of persons in an archived contest be erased. Another person confirms it; what nobody has declined
-- by due_at is done by itself, without one. trace: the ledger's addresses too. Whoever asked takes it back by declining.
create table erasing (
  id         int generated always as identity primary key,
  contest    int not null references contest (id) on delete cascade,
  trace      boolean not null,
  reason     text not null,
  asked_by   int not null references staff (id),
  asked_at   timestamptz not null,
  due_at     timestamptz not null,
  state      text not null default 'open' check (state in ('open', 'done', 'declined')),
  decided_by int references staff (id),
  decided_at timestamptz,
  check ((state = 'open') = (decided_at is null)),
  check (state <> 'done' or decided_by is distinct from asked_by),
  check (state <> 'done' or decided_by is not null or decided_at >= due_at),
  check (state <> 'declined' or decided_by is not null)
);
create unique index erasing_one_open on erasing (contest) where state = 'open';

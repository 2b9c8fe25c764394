-- 见证安排: who watches a contest's log and how many of them make a checkpoint official, proposed by one auditor and confirmed by another. policy: all
-- of it as it shall be. entry: the act in the ledger that it became, which alone says what holds.
create table witness_proposal (
  id          int generated always as identity primary key,
  contest     int not null references contest (id) on delete cascade,
  policy      jsonb not null,
  reason      text not null,
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null default now(),
  lapses_at   timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'done', 'declined', 'withdrawn', 'lapsed')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  decided_why text not null default '',
  entry       bigint,
  check ((state in ('open', 'lapsed')) = (decided_by is null)),
  check ((state = 'done') = (entry is not null)),
  check ((decided_by = proposed_by) = (state = 'withdrawn'))
);
create unique index witness_one_open on witness_proposal (contest) where state = 'open';
create index witness_proposal_contest on witness_proposal (contest, id);

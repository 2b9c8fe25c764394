-- Auditors rule on ballots.

-- Where ballots stand that were ruled on, by the last ruling; a ballot that is not here stands as it was cast. Derived from the ledger's
-- rulings and moved in their transaction. ruling: index of that entry.
-- beneath: what the ballot is without the void that lies on it, so that restoring it gives that back.
create table ballot_ruling (
  contest int not null,
  index   bigint not null,
  state   text not null check (state in ('counted', 'held', 'void')),
  ruling  bigint not null,
  beneath text not null check (beneath in ('counted', 'held')),
  primary key (contest, index),
  check (state in ('void', beneath))
);

-- What one auditor proposes and another decides. entries: the ballots as found when it was proposed, ascending. found: how they were found
-- (shared/audit.ts RulingScope), part: which of them are meant (RulingPart); figures: of them, as they were then (RulingFigures), evidence: the
-- clusters it rests on, as its proposer was shown them (Cluster). lapses_at: from then on nobody can confirm it. rulings: the ledger entries it
-- became. Two persons: the database refuses a decision by who proposed.
create table ruling_proposal (
  id          int generated always as identity primary key,
  contest     int not null references contest (id) on delete cascade,
  verb        text not null check (verb in ('void', 'restore', 'release')),
  entries     bigint[] not null check (cardinality(entries) between 1 and 200000),
  found       jsonb not null,
  part        jsonb not null,
  figures     jsonb not null,
  evidence    jsonb not null,
  reason      text not null,
  reference   text not null default '',
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null default now(),
  lapses_at   timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'confirmed', 'declined', 'withdrawn')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  decided_why text not null default '',
  rulings     bigint[] not null default '{}',
  check (state in ('open', 'withdrawn') or decided_by <> proposed_by),
  check (state = 'open' or (decided_by is not null and decided_at is not null)),
  check (state <> 'withdrawn' or decided_by = proposed_by)
);
create index ruling_proposal_contest on ruling_proposal (contest, id);

-- Who was shown a proposal's page, when last, and what stood there: a digest of all that a second auditor signs (server/ruling/digest.ts).
create table ruling_opening (
  proposal int not null references ruling_proposal (id) on delete cascade,
  staff    int not null references staff (id),
  digest   bytea not null check (length(digest) = 32),
  at       timestamptz not null,
  primary key (proposal, staff)
);

-- What auditors say to each other about a proposal, and the papers beside it. Neither is ever public; both go when the contest is erased.
create table ruling_remark (
  id       int generated always as identity primary key,
  proposal int not null references ruling_proposal (id) on delete cascade,
  staff    int not null references staff (id),
  at       timestamptz not null,
  text     text not null
);
create index ruling_remark_of on ruling_remark (proposal, id);
create table ruling_file (
  id       uuid primary key,
  proposal int not null references ruling_proposal (id) on delete cascade,
  staff    int not null references staff (id),
  at       timestamptz not null,
  name     text not null,
  type     text not null,
  size     int not null,
  bytes    bytea not null
);
alter table ruling_file alter column bytes set storage external;
create index ruling_file_of on ruling_file (proposal);

-- Ballots that were refused, by reason (shared/refusal.ts) and minute, or hour while voting is not open. Nothing says whose they were or
-- for whom. Written by the tick of each server (live/refused.ts).
create table refusal (
  contest int not null references contest (id) on delete cascade,
  minute  timestamptz not null,
  reason  text not null check (length(reason) <= 60),
  count   bigint not null check (count > 0),
  primary key (contest, minute, reason)
);

-- The same by reason alone, since the first: what a dashboard asks for every few seconds.
create table refusal_total (
  contest int not null references contest (id) on delete cascade,
  reason  text not null,
  since   timestamptz not null,
  count   bigint not null,
  primary key (contest, reason)
);

-- Versions of the 异常情况说明 (shared/report.ts), each with its entry in the ledger, which has the digest of its body. Nothing of a version
-- changes but that a second auditor signs it once.
create table report_version (
  contest      int not null references contest (id) on delete cascade,
  no           int not null check (no > 0),
  body         text not null,
  digest       text not null,
  made_by      int not null references staff (id),
  made_at      timestamptz not null,
  entry        bigint not null,
  signed_by    int references staff (id),
  signed_at    timestamptz,
  signed_entry bigint,
  primary key (contest, no),
  check (signed_by <> made_by),
  check ((signed_by is null) = (signed_at is null) and (signed_by is null) = (signed_entry is null))
);

-- Days whose refusals stand in the ledger, and in which entry.
create table refusal_day (
  contest int not null references contest (id) on delete cascade,
  day     text not null,
  entry   bigint not null,
  primary key (contest, day)
);

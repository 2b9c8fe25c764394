-- Panels, their sheets, and what comes of them.

-- A judge's place on a panel. code: E1, M2 …, the only public name; the account goes by it too, and who it is stands in `who` (vault.ts:
-- {name, unit}), for the organizer and, with a reason, for auditors; null = erased. asked: the judge wants the locked sheet back. late: why sheets of this
-- seat are taken after the end. removed seats keep their code.
create table seat (
  id         int generated always as identity primary key,
  contest    int not null references contest (id) on delete cascade,
  panel      text not null check (panel in ('expert', 'media', 'merit')),
  code       text not null check (code ~ '^[EMW][1-9][0-9]?$|^T[EMW][1-9][0-9]?$'),
  kind       text not null check (kind in ('full', 'trial')),
  state      text not null default 'seated' check (state in ('seated', 'absent', 'removed')),
  staff      int not null unique references staff (id),
  who        bytea,
  asked_at   timestamptz,
  asked_why  text not null default '',
  late       text not null default '',
  created_at timestamptz not null default now(),
  unique (contest, code)
);

-- What a judge has given so far (shared/sheet.ts SheetLines). version grows with every save.
create table sheet_draft (
  seat     int primary key references seat (id) on delete cascade,
  lines    jsonb not null,
  version  int not null default 0,
  saved_at timestamptz not null default now()
);

-- What was locked: only ever added to, but for the moment of its reopening. entry: index in the ledger, null for a trial. paper: who entered
-- it, where it came on paper.
create table sheet (
  seat        int not null references seat (id) on delete cascade,
  revision    int not null,
  lines       jsonb not null,
  recused     int[] not null,
  digest      bytea not null check (length(digest) = 32),
  entry       bigint,
  paper       text not null default '',
  locked_at   timestamptz not null,
  reopened_at timestamptz,
  primary key (seat, revision)
);

-- 回避. Who is recused stays so.
create table recusal (
  seat   int not null references seat (id) on delete cascade,
  number int not null,
  ground text not null check (ground in ('unit', 'declared', 'ordered')),
  reason text not null default '',
  at     timestamptz not null,
  primary key (seat, number)
);

-- A sheet on paper as each of two clerks entered it.
create table sheet_paper (
  seat  int not null references seat (id) on delete cascade,
  staff int not null references staff (id),
  lines jsonb not null,
  at    timestamptz not null,
  primary key (seat, staff)
);

-- What an organizer asks of an auditor once counts are public. Two persons: the database refuses a decision by who asked.
create table reopening (
  id         int generated always as identity primary key,
  seat       int not null references seat (id) on delete cascade,
  reason     text not null,
  asked_by   int not null references staff (id),
  asked_at   timestamptz not null,
  state      text not null default 'open' check (state in ('open', 'granted', 'refused')),
  decided_by int references staff (id),
  decided_at timestamptz,
  check (state = 'open' or (decided_by is not null and decided_by <> asked_by))
);

-- Ballots that are held, which an auditor signed for to stay uncounted.
create table held_signed (
  contest int primary key references contest (id) on delete cascade,
  ballots bigint not null,
  reason  text not null,
  staff   int not null references staff (id),
  at      timestamptz not null
);

-- Standing, ties and choice as they were found, in the order of their ledger entries; the last of a kind is in force (shared/verdict.ts).
create table verdict (
  contest  int not null references contest (id) on delete cascade,
  entry    bigint not null,
  kind     text not null check (kind in ('standing', 'tie', 'choice')),
  document jsonb not null,
  digest   bytea not null check (length(digest) = 32),
  actor    text not null,
  at       timestamptz not null,
  primary key (contest, entry)
);

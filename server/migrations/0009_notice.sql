-- From the choice to the result. What is public of it stands in the ledger alone (shared/result/act.ts) and is read from there; here is what is not.

-- Who takes objections of a contest: the only one who reads who objected.
create table objection_officer (
  contest  int primary key references contest (id) on delete cascade,
  staff    int not null references staff (id),
  named_by text not null,
  at       timestamptz not null
);

-- code: keyed digest of the word by which who objected asks what became of it; source: keyed digest of the network that it came from, null when entered by
-- the office or a day old. who: {name, phone, address}, what: {text, files: {id: name}}, both sealed under the objections' own key; null = there is none, or it was erased.
create table objection (
  id          int generated always as identity primary key,
  contest     int not null references contest (id) on delete cascade,
  no          int not null,
  entry       bigint not null,
  code        bytea not null unique check (length(code) = 32),
  source      bytea,
  who         bytea,
  what        bytea,
  received_at timestamptz not null,
  erased_at   timestamptz,
  unique (contest, no)
);
create index objection_source on objection (contest, source, received_at);

-- Sealed like the texts; what it is called stands among them, since that may name somebody.
create table objection_file (
  id         uuid primary key,
  objection  int not null references objection (id) on delete cascade,
  type       text not null,
  size       int not null,
  bytes      bytea not null,
  created_at timestamptz not null default now()
);
alter table objection_file alter column bytes set storage external;
create index objection_file_of on objection_file (objection);

-- What the officer proposes. text: {basis, answer}, sealed: what was found, and what who objected is told. Two persons: the database refuses a decision by who
-- proposed. entry: of the ledger, once confirmed.
create table finding (
  id          int generated always as identity primary key,
  objection   int not null references objection (id) on delete cascade,
  verdict     text not null check (verdict in ('upheld', 'partly', 'rejected', 'untaken')),
  effect      text not null check (effect in ('none', 'hold', 'fall', 'recompute')),
  numbers     int[] not null,
  text        bytea,
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'confirmed', 'declined')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  reason      text not null default '',
  entry       bigint,
  check (state = 'open' or (decided_by is not null and decided_by <> proposed_by))
);
create unique index finding_one_open on finding (objection) where state = 'open';

-- The paper of an approval; its digest stands in the ledger.
create table approval_scan (
  contest int not null references contest (id) on delete cascade,
  digest  bytea not null check (length(digest) = 32),
  name    text not null,
  type    text not null,
  bytes   bytea not null,
  primary key (contest, digest)
);
alter table approval_scan alter column bytes set storage external;

-- What an organizer asks of an auditor, about a certificate. Two persons, as above.
create table revocation (
  id         int generated always as identity primary key,
  contest    int not null references contest (id) on delete cascade,
  serial     text not null,
  reason     text not null,
  asked_by   int not null references staff (id),
  asked_at   timestamptz not null,
  state      text not null default 'open' check (state in ('open', 'granted', 'refused')),
  decided_by int references staff (id),
  decided_at timestamptz,
  check (state = 'open' or (decided_by is not null and decided_by <> asked_by))
);
create unique index revocation_one_open on revocation (contest, serial) where state = 'open';

-- The console: who may sign in, what they did, how nominations are collected before they become candidates.

-- draft: the organizer's unpublished plan (shared/plan/plan.ts ContestPlan), autosaved; collection: its collecting half as it is in force.
-- published_at null = the contest does not exist for the public.
alter table contest
  add column collection    jsonb,
  add column draft         jsonb,
  add column draft_version int not null default 0,
  add column draft_at      timestamptz,
  add column draft_by      text,
  add column published_at  timestamptz default now(),
  add column archived_at   timestamptz,
  add column erased_at     timestamptz;

-- password: argon2id in PHC form; totp: sealed (nomination/vault.ts); recovery: a keyed hash of each code not yet used;
-- totp_step: the last time step a code was taken for, so that no code serves twice.
create table staff (
  id           int generated always as identity primary key,
  login        text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
  name         text not null check (length(name) between 1 and 40),
  roles        text[] not null check (cardinality(roles) > 0
    and not (cardinality(roles) > 1 and (roles && array['auditor', 'unit']))),
  unit         int,
  password     text,
  totp         bytea,
  totp_step    bigint not null default -1,
  recovery     bytea[] not null default '{}',
  failures     int not null default 0,
  locked_until timestamptz,
  disabled_at  timestamptz,
  created_at   timestamptz not null default now()
);

-- One-time links, by the keyed digest of their secret: a first set-up or a reset.
create table staff_invite (
  digest     bytea primary key,
  staff      int not null references staff (id) on delete cascade,
  expires_at timestamptz not null,
  used_at    timestamptz
);

-- Signed-in browsers of staff and of units, by the keyed digest of their cookie.
create table session (
  digest     bytea primary key,
  staff      int references staff (id) on delete cascade,
  unit       int,
  address    text not null default '',
  agent      text not null default '',
  created_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(),
  check ((staff is null) <> (unit is null))
);
create index session_staff on session (staff);

-- Every act of staff and units, append-only.
create table action_log (
  id      bigint generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(),
  actor   text not null,
  staff   int,
  unit    int,
  act     text not null,
  contest int,
  subject text not null default '',
  reason  text not null default ''
);
create index action_log_contest on action_log (contest, id);
create trigger action_log_append_only before update or delete or truncate on action_log for each statement execute function refuse_change();

-- A reporting unit of one contest. Its link is derived from the secret, its id and link_version: raising that makes the old link void.
create table unit (
  id           int generated always as identity primary key,
  contest      int not null references contest (id) on delete cascade,
  name         text not null check (length(name) between 1 and 80),
  kind         text not null,
  quota        int check (quota between 0 and 10000),
  link_version int not null default 1,
  contact      bytea,
  created_at   timestamptz not null default now(),
  unique (contest, name)
);
alter table staff add foreign key (unit) references unit (id) on delete cascade;
alter table session add foreign key (unit) references unit (id) on delete cascade;

-- answers: public ones by field key; private: the sealed others; photo: shared/contest.ts Photo; twin: keyed digests of name, name and
-- phone, identity number, to find the same nominee sent by two units without opening anything; returned_at: from when the days count in
-- which it may be sent again after the deadline; saved_by: who changed it last.
create table nomination (
  id           int generated always as identity primary key,
  contest      int not null references contest (id) on delete cascade,
  unit         int not null references unit (id),
  state        text not null default 'draft'
    check (state in ('draft', 'submitted', 'returned', 'accepted', 'declined', 'published', 'withdrawn')),
  source       text not null default 'online' check (source in ('online', 'document', 'organizer')),
  kind         text not null,
  category     text not null default '',
  name         text not null default '',
  answers      jsonb not null default '{}',
  private      bytea,
  photo        jsonb,
  consent      jsonb,
  returned     text not null default '',
  returned_at  timestamptz,
  saved_by     text not null default '',
  twin         text[] not null default '{}',
  number       int,
  version      int not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  submitted_at timestamptz,
  unique (contest, number)
);
create index nomination_contest on nomination (contest, state);
create index nomination_unit on nomination (unit);
create index nomination_twin on nomination using gin (twin);

create table nomination_event (
  id         bigint generated always as identity primary key,
  nomination int not null references nomination (id) on delete cascade,
  at         timestamptz not null default clock_timestamp(),
  actor      text not null,
  act        text not null,
  reason     text not null default ''
);
create index nomination_event_of on nomination_event (nomination, id);

-- Files that came with a nomination: scans, proofs, a work. Never served without a session; a published video is copied to media.
create table attachment (
  id         uuid primary key,
  nomination int not null references nomination (id) on delete cascade,
  field      text not null,
  name       text not null,
  type       text not null,
  bytes      bytea not null,
  created_at timestamptz not null default now()
);
alter table attachment alter column bytes set storage external;
create index attachment_of on attachment (nomination);

create table opinion (
  nomination int not null references nomination (id) on delete cascade,
  step       text not null,
  verdict    text not null check (verdict in ('agree', 'disagree')),
  words      text not null default '',
  signer     text not null default '',
  on_date    date not null,
  file       uuid references attachment (id) on delete set null,
  entered_by text not null,
  at         timestamptz not null default now(),
  primary key (nomination, step)
);

-- What one reviewer gave at the screening: points 0–100, or 1/0 as a vote.
create table screening (
  nomination int not null references nomination (id) on delete cascade,
  staff      int not null references staff (id),
  points     numeric(5, 2) not null check (points between 0 and 100),
  remark     text not null default '',
  at         timestamptz not null default now(),
  primary key (nomination, staff)
);

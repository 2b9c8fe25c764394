-- How nominations are collected before they become candidates.

-- answers: public ones by field key; private: the sealed others; photo: shared/contest.ts Photo; twin: keyed digests of name, name and
-- phone, identity number, to find the same nominee sent by two units without opening anything; returned_at: from when the days count in
-- which it may be sent again after the deadline; saved_by: who changed it last; verified: what a recommendation from below proved of it
-- (shared/nomination.ts Verified); before: all of it as it was when it was returned last, sealed (shared/revision.ts Said).
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
  verified     jsonb,
  before       bytea,
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

-- Films, as they are sent: in pieces, so that what was kept stays kept when the line breaks (media/pieces.ts). An id is one of media's: a film that a page
-- shows has that of its still frame. What is not whole is given up after a day; what is goes with the last thing that shows it (media/drop.sql).
create table film (
  id         text primary key,
  contest    int not null references contest (id) on delete cascade,
  nomination int references nomination (id) on delete set null,
  field      text not null,
  name       text not null,
  size       int not null check (size > 0),
  modified   timestamptz not null,
  received   int not null check (received between 0 and size),
  whole      boolean not null,
  begun_at   timestamptz not null default now(),
  touched_at timestamptz not null default now()
);
create index film_contest on film (contest);
create index film_nomination on film (nomination);
create table film_piece (
  film  text not null references film (id) on delete cascade,
  at    int not null,
  bytes bytea not null,
  primary key (film, at)
);
alter table film_piece alter column bytes set storage external;

-- Files that came with a nomination: scans, proofs, a work. Never served without a session; a page that shows a published film has it by its own id.
create table attachment (
  id         uuid primary key,
  nomination int not null references nomination (id) on delete cascade,
  field      text not null,
  name       text not null,
  type       text not null,
  bytes      bytea not null,
  -- What a page shows of it, in media: the picture itself, or the frame of a film.
  photo      jsonb,
  -- Of a film its bytes lie there, and none here.
  film       text references film (id),
  created_at timestamptz not null default now()
);
create index attachment_film on attachment (film) where film is not null;
alter table attachment alter column bytes set storage external;
create index attachment_of on attachment (nomination);

-- The document that a nomination was read from, for its reviewers alone.
create table original (
  nomination int primary key references nomination (id) on delete cascade,
  name       text not null,
  type       text not null,
  bytes      bytea not null,
  created_at timestamptz not null default now()
);
alter table original alter column bytes set storage external;

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

-- What documents were read into, and what was taken of it. proposal: the lines as read, sealed, until they are taken or a day old; taken_at null = nothing
-- was written yet. Deleted with what it knows of persons when the contest is erased.
create table intake (
  id        int generated always as identity primary key,
  contest   int not null references contest (id) on delete cascade,
  what      text not null check (what in ('nominations', 'units')),
  files     text not null,
  proposal  bytea,
  by        text not null,
  at        timestamptz not null,
  taken_at  timestamptz,
  undone_at timestamptz,
  undone_by text not null default ''
);
create index intake_contest on intake (contest);

-- The documents that a proposal was read from, until it is taken: then each is the original of what was made of it.
create table intake_file (
  intake int not null references intake (id) on delete cascade,
  name   text not null,
  type   text not null,
  bytes  bytea not null,
  primary key (intake, name)
);
alter table intake_file alter column bytes set storage external;

-- One thing that an import made (new, unit) or changed (merge, replace, amend). mark: all that was there of it afterwards, as a digest: another one by now means
-- that somebody has worked on it. was: the answers or the unit before the change, sealed, and photo the picture, for taking it back.
create table intake_line (
  intake     int not null references intake (id) on delete cascade,
  line       int not null,
  how        text not null check (how in ('new', 'merge', 'replace', 'unit', 'amend')),
  name       text not null,
  unit_name  text not null,
  nomination int references nomination (id) on delete set null,
  unit       int references unit (id) on delete set null,
  mark       text not null,
  was        bytea,
  photo      jsonb,
  back       boolean not null default false,
  primary key (intake, line)
);
create index intake_line_nomination on intake_line (nomination);
create index intake_line_unit on intake_line (unit);

-- What one reviewer gave at the screening: points 0–100, or 1/0 as a vote.
create table screening (
  nomination int not null references nomination (id) on delete cascade,
  staff      int not null references staff (id),
  points     numeric(5, 2) not null check (points between 0 and 100),
  remark     text not null default '',
  at         timestamptz not null default now(),
  primary key (nomination, staff)
);

-- Drawings of numbers by lot, the last of which holds: with the seed (32 random bytes in hex) and the nominations' ids anyone can draw again.
create table shortlist_draw (
  contest  int not null references contest (id) on delete cascade,
  times    int not null,
  at       timestamptz not null default now(),
  drawn_by text not null,
  seed     text not null check (seed ~ '^[0-9a-f]{64}$'),
  primary key (contest, times)
);

-- A contest's robot in a chat of its office (server/webhook). address: sealed (vault.ts). told_until, told_size: up to when, and up to which
-- entry of the ledger, it was told; next_at: when it is its turn again, moved on before anything is sent; problem: the last failure, for people.
create table webhook (
  contest    int primary key references contest (id) on delete cascade,
  address    bytea not null,
  events     text[] not null,
  enabled    boolean not null,
  told_until timestamptz not null,
  told_size  bigint not null,
  next_at    timestamptz not null,
  tries      smallint not null default 0,
  sent_at    timestamptz,
  problem    text not null default '',
  problem_at timestamptz
);

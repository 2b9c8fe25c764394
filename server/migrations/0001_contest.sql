-- What a contest is: its settings as one document (shared/contest.ts `Contest` without candidates), its candidates, their pictures.

create table contest (
  id         int generated always as identity primary key,
  slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  settings   jsonb not null,
  version    int not null default 1,
  created_at timestamptz not null default now()
);

-- body: shared/contest.ts `Candidate`, all of it public. private: AES-256-GCM of what never is (phone, birth, politics, origin).
create table candidate (
  contest    int not null references contest (id) on delete cascade,
  number     int not null check (number between 1 and 32767),
  body       jsonb not null,
  private    bytea,
  source     text not null default '',
  created_at timestamptz not null default now(),
  primary key (contest, number)
);

-- Pictures and films live beside the data so that every server has them: name = e.g. 'card.avif'. An id is random and says nothing of what is
-- in it; each belongs to one contest and goes with the last thing there that shows it (0011).
create table media (
  id      text not null,
  name    text not null,
  contest int not null references contest (id) on delete cascade,
  type    text not null,
  bytes   bytea not null,
  made_at timestamptz not null default now(),
  primary key (id, name)
);
create index media_contest on media (contest);
alter table media alter column bytes set storage external;

-- One row: which secret this database was first opened with, so that a server with another one is refused at start; and the one that was
-- last put in its place for what can be renewed (secret.ts), likewise.
create table installation (
  one         boolean primary key default true check (one),
  fingerprint bytea not null,
  access      bytea not null
);

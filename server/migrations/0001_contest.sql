-- What a contest is: its settings as one document (shared/contest.ts `Contest` without candidates), its candidates, their pictures, and the
-- reporting units that send nominations.

-- settings, collection: as they are in force (shared/plan/plan.ts ContestPlan), of a contest never published as they stand; draft: the organizer's
-- changes not yet published, autosaved. published_at null = the contest does not exist for the public. erased_at: when private values were
-- erased; noticed_at, resulted_at: when the first notice and the first result were published; faded_at: when the addresses of its ballots were turned into digests.
create table contest (
  id            int generated always as identity primary key,
  slug          text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  settings      jsonb not null,
  version       int not null default 1,
  created_at    timestamptz not null default now(),
  collection    jsonb,
  draft         jsonb,
  draft_version int not null default 0,
  draft_at      timestamptz,
  draft_by      text,
  published_at  timestamptz,
  archived_at   timestamptz,
  noticed_at    timestamptz,
  resulted_at   timestamptz,
  erased_at     timestamptz,
  faded_at      timestamptz
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
-- in it; each belongs to one contest and goes with the last thing there that shows it (media/drop.sql).
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

-- A reporting unit of one contest. quota and category_quota ({id: most}) are its own, before what its kind and the contest say. Its link is derived from the secret, its id and link_version: raising that makes the old link void. recommends_by: the key
-- of the log that its first recommendation was checked with; from then on every other must have it.
create table unit (
  id           int generated always as identity primary key,
  contest      int not null references contest (id) on delete cascade,
  name         text not null check (length(name) between 1 and 80),
  kind         text not null,
  quota        int check (quota between 0 and 10000),
  category_quota jsonb not null default '{}' check (jsonb_typeof(category_quota) = 'object'),
  -- The unit above it, which may have opinions to give on what it sends (shared/opinion.ts).
  parent       int references unit (id) on delete set null,
  link_version int not null default 1,
  contact      bytea,
  recommends_by text,
  opened_at    timestamptz,
  created_at   timestamptz not null default now(),
  unique (contest, name)
);

-- One row: which secret this database was first opened with, so that a server with another one is refused at start; and the one that was
-- last put in its place for what can be renewed (secret.ts), likewise.
create table installation (
  one         boolean primary key default true check (one),
  fingerprint bytea not null,
  access      bytea not null
);

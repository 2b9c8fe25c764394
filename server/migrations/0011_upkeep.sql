-- What who keeps the site running asks of it.

-- Where this database was first served, so that a copy of it elsewhere is known as one (upkeep/quarantine.ts).
alter table installation add column place text;

-- While the newest row has no lifted_at, no server writes: the database may be older than what was published. found: what was known and not met.
create table quarantine (
  id        int generated always as identity primary key,
  began_at  timestamptz not null default now(),
  cause     text not null check (cause in ('copy', 'behind', 'fork')),
  found     jsonb not null,
  lifted_at timestamptz,
  lifted_by text,
  reason    text,
  check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (reason is null))
);
create unique index quarantine_one_open on quarantine ((true)) where lifted_at is null;

-- One row, written when nothing else was for a while: the only proof that a commit goes through is a commit.
create table write_probe (
  one boolean primary key default true check (one),
  at  timestamptz not null
);

-- Since when each key of the settings has been what it is, by a keyed digest.
create table key_seen (
  name   text primary key,
  digest bytea not null,
  since  timestamptz not null default now()
);

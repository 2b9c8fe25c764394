-- Who may sign in, and what they did.

-- contests: ids, which are never given twice; null = all, those to come too. seal: a MAC of the secret over what decides who may enter and
-- what they may do there (staff/seal.ts): whoever can write to the database, but has not the secret, makes no account, session or link that is
-- taken for a real one. reset_at: when it was last set up anew by a link; what was proposed before is not decided by who holds it since.
-- password: argon2id in PHC form; totp: sealed (vault.ts); recovery: a keyed hash of each code not yet used;
-- totp_step: the last time step a code was taken for, so that no code serves twice.
create table staff (
  id           int generated always as identity primary key,
  login        text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
  name         text not null check (length(name) between 1 and 40),
  roles        text[] not null check (cardinality(roles) > 0
    and not (cardinality(roles) > 1 and (roles && array['auditor', 'unit']))),
  unit         int references unit (id) on delete cascade,
  password     text,
  totp         bytea,
  totp_step    bigint not null default -1,
  recovery     bytea[] not null default '{}',
  disabled_at  timestamptz,
  created_at   timestamptz not null default now(),
  contests     int[],
  seal         bytea not null,
  reset_at     timestamptz
);

-- One-time links, by the keyed digest of their secret: a first set-up or a reset. opened: digest of the ticket of who opened it last
-- (staff/totp.ts draw), and with it the only key that can be joined with. chosen: whoever joins by it may choose the login (the first
-- administrator). pass: keyed digest of the word that is asked for beside it (staff/pass.ts), null = none; pass_left: how many wrong ones it
-- still bears.
create table staff_invite (
  digest      bytea primary key,
  staff       int not null references staff (id) on delete cascade,
  expires_at  timestamptz not null,
  used_at     timestamptz,
  seal        bytea not null,
  opened      bytea,
  opened_at   timestamptz,
  opened_from text not null default '',
  chosen      boolean not null default false,
  pass        bytea,
  pass_left   smallint not null default 5
);

-- Signed-in browsers of staff and of units, by the keyed digest of their cookie. proved_at: when who sits there
-- last proved that it is they, by the code of the second factor, or the password where there is none.
create table session (
  digest     bytea primary key,
  staff      int references staff (id) on delete cascade,
  unit       int references unit (id) on delete cascade,
  address    text not null default '',
  agent      text not null default '',
  created_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(),
  seal       bytea not null,
  proved_at  timestamptz not null default now(),
  check ((staff is null) <> (unit is null))
);
create index session_staff on session (staff);

-- What went wrong at the sign-in lately. login and source are keyed digests (staff/attempt.ts), so that a login that nobody has is
-- counted like one that somebody has; an empty login counts a network, an empty source an account as a whole.
create table attempt (
  login    bytea not null,
  source   bytea not null,
  failures int not null,
  since    timestamptz not null,
  until    timestamptz,
  primary key (login, source)
);
create index attempt_since on attempt (since);

-- What an administrator asks of a second person: to make, give, renew or give back an account that keeps accounts or audits. given: the
-- change (shared/staff.ts StaffChange); second: who may confirm, 'keeper' = another administrator or an auditor. Two persons: the database
-- refuses a decision by who asked.
create table staff_request (
  id          int generated always as identity primary key,
  act         text not null check (act in ('invite', 'roles', 'link', 'enable')),
  staff       int references staff (id) on delete cascade,
  given       jsonb not null,
  second      text not null check (second in ('keeper', 'auditor')),
  reason      text not null,
  pass        bytea,
  asked_by    int not null references staff (id),
  asked_at    timestamptz not null,
  expires_at  timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'granted', 'refused', 'withdrawn')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  decided_why text not null default '',
  check ((act = 'invite') = (staff is null)),
  check (state = 'open' or (decided_by is not null and decided_at is not null)),
  check (state in ('open', 'withdrawn') or decided_by <> asked_by)
);

-- What an account's owner is told (staff/event.ts), the latest 200 of each. actor: '' = the owner; session: the owner's own in which it was
-- done, or ''; seen_at: when the owner said that they have read it.
create table staff_event (
  id      bigint generated always as identity primary key,
  staff   int not null references staff (id) on delete cascade,
  at      timestamptz not null,
  act     text not null,
  actor   text not null,
  detail  text not null,
  session text not null,
  seen_at timestamptz
);
create index staff_event_of on staff_event (staff, id);

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

-- Lines of the action log in the order in which the sealer met them, each under a keyed digest of itself and of all before it. `mac` of the
-- last one is signed into every checkpoint, so no line can be changed, taken away or put in between unseen (server/log/chain.ts).
create table action_chain (
  place  bigint primary key,
  action bigint not null unique,
  at     timestamptz not null,
  mac    bytea not null check (length(mac) = 32)
);

-- When who sits at a session last proved that it is they: by the code of the second factor, or the password where there is none.
alter table session add column proved_at timestamptz not null default now();

-- opened: digest of the ticket of who opened the link last (staff/totp.ts draw), and with it the only key that can be joined with.
-- chosen: whoever joins by this link may choose the login (the first administrator). pass: keyed digest of the word that is asked for
-- beside the link (staff/pass.ts), null = none; pass_left: how many wrong ones it still bears.
alter table staff_invite
  add column opened      bytea,
  add column opened_at   timestamptz,
  add column opened_from text not null default '',
  add column chosen      boolean not null default false,
  add column pass        bytea,
  add column pass_left   smallint not null default 5;

-- When the account was last set up anew by a link: what was proposed before is not decided by who holds it since.
alter table staff add column reset_at timestamptz;

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

-- What decides who may enter and what they may do there stands under a MAC of the secret (staff/seal.ts): whoever can write to the
-- database, but has not the secret, makes no account, session or link that is taken for a real one.
delete from session;
delete from staff_invite;
alter table staff add column seal bytea not null default ''::bytea;
alter table staff alter column seal drop default;
alter table session add column seal bytea not null;
alter table staff_invite add column seal bytea not null;

-- What went wrong at the sign-in lately. login and source are keyed digests (staff/attempt.ts), so that a login that nobody has is
-- counted like one that somebody has; an empty login counts a network, an empty source an account as a whole.
alter table staff drop column failures;
alter table staff drop column locked_until;
create table attempt (
  login    bytea not null,
  source   bytea not null,
  failures int not null,
  since    timestamptz not null,
  until    timestamptz,
  primary key (login, source)
);
create index attempt_since on attempt (since);

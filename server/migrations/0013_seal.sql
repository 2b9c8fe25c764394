-- What decides who may enter and what they may do there stands under a MAC of the secret (staff/seal.ts): whoever can write to the
-- database, but has not the secret, makes no account, session or link that is taken for a real one.
delete from session;
delete from staff_invite;
alter table staff add column seal bytea not null default ''::bytea;
alter table staff alter column seal drop default;
alter table session add column seal bytea not null;
alter table staff_invite add column seal bytea not null;

-- SHA-256 of the rules as the last entry that carries them has them: a change that does not touch them (a text, an announcement) moves
-- the version on without another entry.
alter table ledger_head add column rules bytea;

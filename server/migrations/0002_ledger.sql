-- The ledger: what was cast, in order, for ever; and the counts, which are always exactly its replay because both move in one
-- transaction. Everything here is written by the functions beside vote/ledger.ts, and the log by log/sealer.ts.

-- One row a contest. Its row lock orders the batches of all servers, so that numbers have no gaps and time never runs backwards.
-- The windows and the rule are those of contest.version `version`: a ballot is committed only under the version it was checked with.
-- rules: SHA-256 of the rules as the last entry that carries them has them, so that a change that does not touch them (a text, an
-- announcement) moves the version on without another entry.
create table ledger_head (
  contest            int primary key references contest (id),
  origin             text not null,
  size               bigint not null default 0,
  last_at            timestamptz not null default '-infinity',
  version            int not null,
  opens              timestamptz[] not null,
  closes             timestamptz[] not null,
  paused             boolean not null,
  daily              boolean not null,
  ballots_per_period int not null,
  repeat_candidate   boolean not null,
  rules              bytea
) with (fillfactor = 20);

-- kind 'ballot': the ballot and its trace; any other kind: `act`, what staff did, with actor and reason.
-- The leaf of an entry is made from (at, commitment, contest, kind, tag); ip, a trace, fades after its term.
-- channel: by what a ballot came, place in shared/live.ts `channels`. What may change is in vote/append.sql.
create table ledger_entry (
  index      bigint not null,
  at         timestamptz not null,
  contest    int not null, -- no foreign key: its check would cost a query a row; ledger_head has it
  signals    int not null default 0,
  round      smallint not null default 0,
  unscreened boolean not null default false,
  kind       text not null,
  state      text check (state in ('counted', 'held')),
  ballot_id  uuid,
  commitment bytea not null check (length(commitment) = 32),
  voter      bytea,
  picks      smallint[],
  ip         bytea,
  device     bytea,
  act        jsonb,
  channel    smallint,
  tag        bytea, -- of a ballot: shared/ledger/quota.ts
  primary key (contest, index)
);
alter table ledger_entry set (autovacuum_vacuum_insert_scale_factor = 0.2);
-- Acts among millions of ballots.
create index ledger_entry_act on ledger_entry (contest, index) where kind <> 'ballot';

-- One row a voter and period: enforces "k ballots a period" and "a candidate once a period", and answers a repeated ballotId.
create table voter_quota (
  contest    int not null,
  period     int not null,
  ballots    int not null,
  voter      bytea not null,
  picks      smallint[] not null,
  ballot_ids uuid[] not null,
  indexes    bigint[] not null,
  primary key (contest, voter, period)
) with (fillfactor = 90);

-- candidate 0 counts ballots, every other number counts picks.
create table tally (
  contest   int not null,
  round     smallint not null,
  candidate smallint not null,
  votes     bigint not null default 0,
  held      bigint not null default 0,
  primary key (contest, round, candidate)
) with (fillfactor = 20);

-- Counts as they stood at a daily reveal, so that they are computed from the ledger once.
create table tally_reveal (
  contest int not null,
  round   smallint not null,
  upto    timestamptz not null,
  counts  jsonb not null,
  primary key (contest, round, upto)
);

-- Tiles of the Merkle tree (C2SP tlog-tiles): a full tile is 256 hashes; the partial tile at the right edge grows in place, each
-- earlier width being a prefix of it.
create table log_tile (
  contest int not null,
  level   smallint not null,
  index   bigint not null,
  hashes  bytea not null,
  primary key (contest, level, index)
);
alter table log_tile alter column hashes set storage external;

-- Every checkpoint ever signed. A contest's newest row is what the log publishes.
create table log_checkpoint (
  contest int not null,
  size    bigint not null,
  at      timestamptz not null default now(),
  root    bytea not null,
  note    text not null,
  primary key (contest, size)
);
create index log_checkpoint_day on log_checkpoint (contest, at);

-- Whose cosignatures a contest's log takes (C2SP cosignature/v1); key: the verifier key as text.
create table log_witness (
  contest    int not null references contest (id) on delete cascade,
  key        text not null,
  name       text not null,
  added_by   text not null,
  added_at   timestamptz not null default now(),
  removed_at timestamptz,
  primary key (contest, key)
);

-- line: the signature line as it stands under the note. at: the instant the witness signed for.
create table log_cosignature (
  contest int not null,
  size    bigint not null,
  witness text not null,
  line    text not null,
  at      timestamptz not null,
  primary key (contest, size, witness)
);

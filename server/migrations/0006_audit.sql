-- Auditors rule on ballots, and others watch the log.

-- Where ballots stand that were ruled on, by the last ruling; a ballot that is not here stands as it was cast. Derived from the ledger's
-- rulings and moved in their transaction. ruling: index of that entry.
create table ballot_ruling (
  contest int not null,
  index   bigint not null,
  state   text not null check (state in ('counted', 'held', 'void')),
  ruling  bigint not null,
  primary key (contest, index)
);

-- What one auditor proposes and another decides. entries: the ballots as found when it was proposed, ascending. found: how they were found
-- (shared/audit.ts RulingScope). rulings: the ledger entries it became. Two persons: the database refuses a decision by who proposed.
create table ruling_proposal (
  id          int generated always as identity primary key,
  contest     int not null references contest (id) on delete cascade,
  verb        text not null check (verb in ('void', 'restore', 'release')),
  entries     bigint[] not null check (cardinality(entries) between 1 and 200000),
  found       jsonb not null,
  reason      text not null,
  reference   text not null default '',
  proposed_by int not null references staff (id),
  proposed_at timestamptz not null default now(),
  state       text not null default 'open' check (state in ('open', 'confirmed', 'declined', 'withdrawn')),
  decided_by  int references staff (id),
  decided_at  timestamptz,
  decided_why text not null default '',
  rulings     bigint[] not null default '{}',
  check (state in ('open', 'withdrawn') or decided_by <> proposed_by)
);
create index ruling_proposal_contest on ruling_proposal (contest, id);

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
create trigger log_cosignature_append_only before update or delete or truncate on log_cosignature for each statement execute function refuse_change();

create index log_checkpoint_day on log_checkpoint (contest, at);

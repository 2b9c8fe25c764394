-- The ledger: what was cast, in order, for ever; and the counts, which are always exactly its replay because both move in one
-- transaction. Everything here is written by the functions below (called from vote/ledger.ts) and by log/sealer.ts.

-- One row a contest. Its row lock orders the batches of all servers, so that numbers have no gaps and time never runs backwards.
-- The windows and the rule are those of contest.version `version`: a ballot is committed only under the version it was checked with.
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
  repeat_candidate   boolean not null
) with (fillfactor = 20);

-- kind 'ballot': the ballot and its trace; any other kind: `act`, what staff did, with actor and reason.
-- The leaf of an entry is made from (at, commitment, contest, kind); ip, a trace, fades after its term.
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
  primary key (contest, index)
);
alter table ledger_entry set (autovacuum_vacuum_insert_scale_factor = 0.2);

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

-- Counts as they stood at a daily reveal, so that they are computed from the ledger once.
create table tally_reveal (
  contest int not null,
  round   smallint not null,
  upto    timestamptz not null,
  counts  jsonb not null,
  primary key (contest, round, upto)
);

-- Append-only, whoever asks. Of the trace see 0009.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only (% on %)', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger ledger_entry_append_only before update of contest, index, at, kind, round, state, ballot_id, commitment, voter, picks, signals,
  unscreened, act on ledger_entry for each statement execute function refuse_change();
create trigger ledger_entry_no_delete before delete or truncate on ledger_entry for each statement execute function refuse_change();
create trigger log_checkpoint_append_only before update or delete or truncate on log_checkpoint for each statement execute function refuse_change();

-- Commits one batch, at most one ballot a voter. Called as a single statement, so it is one round trip and one fsync.
--   p_ids     ballot ids                       p_picks   per ballot its picks as array text, '{1,4,7}', ascending
--   p_flags   signals in bits 0–23, 1 << 24 = held, 1 << 25 = unscreened
--   p_batch   per ballot 72 bytes: voter 16, commitment 32, device 8, ip 16
-- Locks: ledger_head of the contest first, so batches of one contest never meet anywhere else and cannot deadlock. Each statement of
-- a function sees what was committed before it began, so what is read after the lock is current. The planner is held to index
-- look-ups: a plan cached while the tables were small would scan them when they are not.
-- Gives one row. verdict: 'ok', or 'stale' | 'closed' | 'paused' with nothing written. slots: per ballot, comma-separated: its ledger
-- index (below `base` = this ballot id had been committed before), -1 = quota spent, -2 = a candidate picked already this period.
create function commit_ballots(
  p_contest int, p_version int, p_ids uuid[], p_picks text[], p_flags int[], p_batch bytea,
  out verdict text, out committed_at timestamptz, out base bigint, out slots text
) language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  head ledger_head;
  v_round int;
  v_period int;
begin
  select * into head from ledger_head where contest = p_contest for update;
  -- The contest may have moved on while its head still waits for the entry that says so.
  if head.contest is null or head.version <> p_version or p_version <> (select c.version from contest c where c.id = p_contest) then
    verdict := 'stale';
    return;
  end if;
  committed_at := greatest(date_trunc('milliseconds', clock_timestamp()), head.last_at);
  select min(i) - 1 into v_round from generate_subscripts(head.opens, 1) i
    where head.opens[i] <= committed_at and committed_at < head.closes[i];
  if v_round is null then verdict := 'closed'; return; end if;
  if head.paused then verdict := 'paused'; return; end if;
  v_period := v_round * 1000000
    + case when head.daily then floor((extract(epoch from committed_at) + 28800) / 86400)::int else 0 end;
  base := head.size;
  verdict := 'ok';

  with sent as materialized (
    select b.ord, b.ballot_id, b.picks::smallint[] as picks, b.flags,
      substr(p_batch, (b.ord::int - 1) * 72 + 1, 16) as voter
    from unnest(p_ids, p_picks, p_flags) with ordinality as b (ballot_id, picks, flags, ord)
  ), judged as materialized (
    select s.*, q.row_at, case
        when q.index is not null then q.index
        when q.used >= head.ballots_per_period then -1
        when q.again and not head.repeat_candidate then -2
      end as slot
    from sent s left join lateral (
      select max(v.indexes[array_position(v.ballot_ids, s.ballot_id)]) as index,
        max(v.ballots) filter (where v.period = v_period) as used,
        max(v.ctid) filter (where v.period = v_period) as row_at,
        bool_or(v.picks && s.picks) filter (where v.period = v_period) as again
      from voter_quota v where v.contest = p_contest and v.voter = s.voter
    ) q on true
  ), numbered as materialized (
    select j.*, head.size + count(*) filter (where j.slot is null) over (order by j.ord rows unbounded preceding) - 1 as index
    from judged j
  ), quota as (
    insert into voter_quota (contest, period, ballots, voter, picks, ballot_ids, indexes)
    select p_contest, v_period, 1, n.voter, n.picks, array[n.ballot_id], array[n.index] from numbered n
    where n.slot is null and n.row_at is null
  ), requota as (
    update voter_quota v set ballots = v.ballots + 1, picks = v.picks || n.picks, ballot_ids = v.ballot_ids || n.ballot_id,
      indexes = v.indexes || n.index
    from numbered n
    where n.slot is null and v.ctid = n.row_at
  ), entry as (
    insert into ledger_entry (index, at, contest, signals, round, unscreened, kind, state, ballot_id, commitment, voter, picks, device, ip)
    select n.index, committed_at, p_contest, n.flags & 16777215, v_round, n.flags & 33554432 <> 0, 'ballot',
      case when n.flags & 16777216 <> 0 then 'held' else 'counted' end, n.ballot_id, substr(p_batch, (n.ord::int - 1) * 72 + 17, 32),
      n.voter, n.picks, substr(p_batch, (n.ord::int - 1) * 72 + 49, 8), substr(p_batch, (n.ord::int - 1) * 72 + 57, 16)
    from numbered n where n.slot is null
  ), counted as (
    insert into tally as t (contest, round, candidate, votes, held)
    select p_contest, v_round, d.candidate, count(*) filter (where not d.held), count(*) filter (where d.held)
    from (
      select unnest(0::smallint || n.picks) as candidate, n.flags & 16777216 <> 0 as held from numbered n where n.slot is null
    ) d group by d.candidate order by d.candidate
    on conflict (contest, round, candidate) do update set votes = t.votes + excluded.votes, held = t.held + excluded.held
  ), grown as (
    update ledger_head h set size = head.size + (select count(*) from numbered n where n.slot is null), last_at = committed_at
    where h.contest = p_contest
  )
  select string_agg(coalesce(n.slot, n.index)::text, ',' order by n.ord) into slots from numbered n;
end $$;

-- Appends one entry for an act of staff (rules frozen, phase moved, candidate withdrawn, ballots ruled on). Same lock, same numbering.
create function append_act(p_contest int, p_kind text, p_act jsonb, p_commitment bytea) returns bigint language plpgsql as $$
declare
  head ledger_head;
  v_at timestamptz;
begin
  select * into strict head from ledger_head where contest = p_contest for update;
  v_at := greatest(date_trunc('milliseconds', clock_timestamp()), head.last_at);
  insert into ledger_entry (index, at, contest, kind, commitment, act) values (head.size, v_at, p_contest, p_kind, p_commitment, p_act);
  update ledger_head h set size = head.size + 1, last_at = v_at where h.contest = p_contest;
  return head.size;
end $$;

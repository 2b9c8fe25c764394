-- Commits one batch, at most one ballot a voter. Called as a single statement, so it is one round trip and one fsync.
--   p_ids     ballot ids                       p_picks   per ballot its picks as array text, '{1,4,7}', ascending
--   p_flags   signals in bits 0–23, 1 << 24 = held, 1 << 25 = unscreened, in bits 26–28 the channel (place in shared/live.ts `channels`)
--   p_batch   per ballot 88 bytes: voter 16, commitment 32, device 8, ip 16, mark of the voter 16 (shared/ledger/quota.ts)
-- Locks: ledger_head of the contest first, so batches of one contest never meet anywhere else and cannot deadlock. Each statement of
-- a function sees what was committed before it began, so what is read after the lock is current. The planner is held to index
-- look-ups: a plan cached while the tables were small would scan them when they are not.
-- Gives one row. verdict: 'ok', or 'stale' | 'closed' | 'paused' with nothing written. slots: per ballot, comma-separated: its ledger
-- index (below `base` = this ballot id had been committed before), -1 = quota spent, -2 = a candidate picked already this period.
create or replace function commit_ballots(
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
      substr(p_batch, (b.ord::int - 1) * 88 + 1, 16) as voter
    from unnest(p_ids, p_picks, p_flags) with ordinality as b (ballot_id, picks, flags, ord)
  ), judged as materialized (
    select s.*, q.row_at, coalesce(q.used, 0) as used, case
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
    insert into ledger_entry (index, at, contest, signals, round, unscreened, kind, state, ballot_id, commitment, voter, picks, device, ip, channel, tag)
    select n.index, committed_at, p_contest, n.flags & 16777215, v_round, n.flags & 33554432 <> 0, 'ballot',
      case when n.flags & 16777216 <> 0 then 'held' else 'counted' end, n.ballot_id, substr(p_batch, (n.ord::int - 1) * 88 + 17, 32),
      n.voter, n.picks, substr(p_batch, (n.ord::int - 1) * 88 + 49, 8), substr(p_batch, (n.ord::int - 1) * 88 + 57, 16),
      (n.flags >> 26) & 7,
      substr(sha256(substr(p_batch, (n.ord::int - 1) * 88 + 73, 16) || int4send(v_period) || int4send(n.used + 1)), 1, 16)
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

-- Those of these ballots that a verb can move (shared/ledger/recount.ts `rule` says the same): void what counts or is held, release what is held,
-- restore what is void. was, becomes: state before and after; beneath: as ballot_ruling has it after. Indexes that are no ballots fall away.
-- "limit 1" and the settings keep each ballot a look-up, whatever the planner thinks of the tables.
create or replace function movable_ballots(p_contest int, p_verb text, p_entries bigint[])
returns table (index bigint, round smallint, picks smallint[], was text, becomes text, beneath text)
language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
    select a.index, e.round, e.picks, s.was, case p_verb when 'void' then 'void' when 'release' then 'counted' else s.beneath end,
      case p_verb when 'release' then 'counted' else s.beneath end
    from (select distinct i as index from unnest(p_entries) i) a
    cross join lateral (
      select l.round, l.picks, l.state from ledger_entry l where l.contest = p_contest and l.index = a.index and l.kind = 'ballot' limit 1
    ) e
    left join lateral (select b.state, b.beneath from ballot_ruling b where b.contest = p_contest and b.index = a.index limit 1) r on true
    cross join lateral (select coalesce(r.state, e.state) as was, coalesce(r.beneath, e.state) as beneath) s
    where case p_verb when 'void' then s.was <> 'void' when 'release' then s.was = 'held' when 'restore' then s.was = 'void' end
    order by a.index;
end $$;

-- Moves what can be moved of these ballots: the counts and ballot_ruling here; the caller appends the entries in the same transaction. The
-- head stays locked until then (as in commit_ballots), so the first entry has the index `first`, and each takes the next p_span
-- ballots of `moved`, which is ascending; null if nothing moved.
create or replace function rule_ballots(p_contest int, p_verb text, p_entries bigint[], p_span int, out first bigint, out moved bigint[])
language plpgsql as $$
begin
  select h.size into first from ledger_head h where h.contest = p_contest for update;

  with moving as materialized (
    select m.*, row_number() over (order by m.index) - 1 as ord from movable_ballots(p_contest, p_verb, p_entries) m
  ), recounted as (
    update tally t set votes = t.votes + d.votes, held = t.held + d.held
    from (
      select m.round, candidate, count(*) filter (where m.becomes = 'counted') - count(*) filter (where m.was = 'counted') as votes,
        count(*) filter (where m.becomes = 'held') - count(*) filter (where m.was = 'held') as held
      from moving m, unnest(0::smallint || m.picks) as candidate group by m.round, candidate
    ) d
    where t.contest = p_contest and t.round = d.round and t.candidate = d.candidate
  ), ruled as (
    insert into ballot_ruling as r (contest, index, state, beneath, ruling)
    select p_contest, m.index, m.becomes, m.beneath, first + m.ord / p_span from moving m
    on conflict (contest, index) do update set state = excluded.state, beneath = excluded.beneath, ruling = excluded.ruling
  )
  select array_agg(m.index order by m.index) into moved from moving m;
end $$;

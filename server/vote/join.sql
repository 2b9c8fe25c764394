-- Ballots of one voter also count against the quota of another: a browser that voted by itself and is then known by WeChat. The entries stay as
-- they are; p_into also answers for their ballotIds. Called again it adds what is new. Waits for the head's lock, as commit_ballots does.
create or replace function join_voters(p_contest int, p_from bytea, p_into bytea) returns void
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  perform 1 from ledger_head h where h.contest = p_contest for update;
  insert into voter_quota as v (contest, period, ballots, voter, picks, ballot_ids, indexes)
  select p_contest, f.period, f.ballots, p_into, f.picks, f.ballot_ids, f.indexes
  from voter_quota f where f.contest = p_contest and f.voter = p_from order by f.period
  on conflict (contest, voter, period) do update set
    ballots = v.ballots + (select count(*) from unnest(excluded.indexes) i where i <> all (v.indexes)),
    picks = v.picks || excluded.picks,
    ballot_ids = v.ballot_ids || array(
      select excluded.ballot_ids[n] from unnest(excluded.indexes) with ordinality u (i, n) where i <> all (v.indexes) order by n),
    indexes = v.indexes || array(select i from unnest(excluded.indexes) i where i <> all (v.indexes))
  where not excluded.indexes <@ v.indexes;
end $$;

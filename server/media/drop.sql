-- A picture goes in the transaction that takes away the last thing that shows it: a portrait that is replaced or removed, a draft that is
-- deleted, a banner that is changed, a contest that is erased. Rows alone decide, so that no way of changing them can forget it.

-- Every picture and film that something of this contest shows, or would show again if an import is taken back.
create or replace function media_shown(p_contest int) returns setof text language sql stable as $$
  select n.photo ->> 'id' from nomination n where n.contest = p_contest and n.photo ->> 'id' is not null
  union all
  select l.photo ->> 'id' from intake_line l join intake i on i.id = l.intake where i.contest = p_contest and l.photo ->> 'id' is not null
  union all
  select a.photo ->> 'id' from attachment a join nomination n on n.id = a.nomination where n.contest = p_contest and a.photo is not null
  union all
  select a.film from attachment a join nomination n on n.id = a.nomination where n.contest = p_contest and a.film is not null
  union all
  select photo ->> 'id' from candidate c cross join lateral jsonb_array_elements(c.body -> 'photos') photo where c.contest = p_contest
  union all
  select c.body -> 'video' ->> 'id' from candidate c where c.contest = p_contest and c.body -> 'video' ->> 'id' is not null
  union all
  select banner ->> 'id' from contest k
    cross join lateral (values (k.settings -> 'banner'), (k.draft -> 'settings' -> 'banner')) of_plan (banner)
    where k.id = p_contest and banner ->> 'id' is not null
$$;

-- Those of them that nothing shows any more. What was never shown (a banner not yet saved) is left to the sweep.
create or replace function drop_media(p_contest int, p_ids text[]) returns void language sql as $$
  with shown as materialized (select media_shown(p_contest) as id),
    films as (delete from film f where f.contest = p_contest and f.whole and f.id = any (p_ids) and f.id not in (select id from shown where id is not null))
  delete from media m where m.contest = p_contest and m.id = any (p_ids) and m.id not in (select id from shown where id is not null)
$$;

create or replace function drop_nomination_media() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform drop_media(gone.contest, gone.ids) from (
      select w.contest, array_agg(w.photo ->> 'id') as ids from was w join now n on n.id = w.id
      where w.photo ->> 'id' is distinct from n.photo ->> 'id' group by w.contest
    ) gone;
  else
    perform drop_media(gone.contest, gone.ids) from (
      select w.contest, array_agg(w.photo ->> 'id') as ids from was w where w.photo is not null group by w.contest
    ) gone;
  end if;
  return null;
end $$;
create or replace trigger nomination_media_changed after update on nomination referencing old table as was new table as now
  for each statement execute function drop_nomination_media();
create or replace trigger nomination_media_deleted after delete on nomination referencing old table as was
  for each statement execute function drop_nomination_media();

-- Of an attachment that went with its nomination the contest is known by its picture or its film alone.
create or replace function drop_attachment_media() returns trigger language plpgsql as $$
begin
  perform drop_media(gone.contest, gone.ids) from (
    select own.contest, array_agg(distinct own.id) as ids from (
      select m.contest, m.id from was w join media m on m.id = w.photo ->> 'id'
      union all
      select f.contest, f.id from was w join film f on f.id = w.film
    ) own group by own.contest
  ) gone;
  return null;
end $$;
create or replace trigger attachment_media_deleted after delete on attachment referencing old table as was
  for each statement execute function drop_attachment_media();

-- Candidates are few and seldom change: whatever one of them showed is looked at.
create or replace function drop_candidate_media() returns trigger language plpgsql as $$
begin
  perform drop_media(gone.contest, gone.ids) from (
    select w.contest, array_agg(shown.id) as ids from was w
    cross join lateral (
      select photo ->> 'id' as id from jsonb_array_elements(w.body -> 'photos') photo union all select w.body -> 'video' ->> 'id'
    ) shown group by w.contest
  ) gone;
  return null;
end $$;
create or replace trigger candidate_media_changed after update on candidate referencing old table as was
  for each statement execute function drop_candidate_media();
create or replace trigger candidate_media_deleted after delete on candidate referencing old table as was
  for each statement execute function drop_candidate_media();

create or replace function drop_contest_media() returns trigger language plpgsql as $$
begin
  perform drop_media(w.id, array[w.settings -> 'banner' ->> 'id', w.draft -> 'settings' -> 'banner' ->> 'id']) from was w
  where w.settings -> 'banner' ->> 'id' is not null or w.draft -> 'settings' -> 'banner' ->> 'id' is not null;
  return null;
end $$;
create or replace trigger contest_media_changed after update on contest referencing old table as was
  for each statement execute function drop_contest_media();

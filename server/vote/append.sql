-- Appends one entry for an act of staff (shared/ledger/act.ts EntryKind). Same lock, same numbering. p_at: the moment by which the act was judged, null = now.
create or replace function append_act(p_contest int, p_kind text, p_act jsonb, p_commitment bytea, p_at timestamptz) returns bigint language plpgsql as $$
declare
  head ledger_head;
  v_at timestamptz;
begin
  select * into strict head from ledger_head where contest = p_contest for update;
  v_at := greatest(date_trunc('milliseconds', coalesce(p_at, clock_timestamp())), head.last_at);
  insert into ledger_entry (index, at, contest, kind, commitment, act) values (head.size, v_at, p_contest, p_kind, p_commitment, p_act);
  update ledger_head h set size = head.size + 1, last_at = v_at where h.contest = p_contest;
  return head.size;
end $$;

-- What may only be added to, whoever asks.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only (% on %)', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

-- Of a ledger's entry the address alone may change, once, from raw (16 bytes) to the digest that it fades to (12): the commitment covers that
-- digest, the signals, screening, channel and device (shared/ledger/evidence.ts).
create or replace trigger ledger_entry_append_only before update of contest, index, at, kind, round, state, ballot_id, commitment, voter, picks, signals,
  unscreened, act, device, channel, tag on ledger_entry for each statement execute function refuse_change();
create or replace trigger ledger_entry_fades before update of ip on ledger_entry for each row
  when (length(old.ip) is distinct from 16 or length(new.ip) is distinct from 12) execute function refuse_change();
create or replace trigger ledger_entry_no_delete before delete or truncate on ledger_entry for each statement execute function refuse_change();
create or replace trigger log_checkpoint_append_only before update or delete or truncate on log_checkpoint for each statement execute function refuse_change();
create or replace trigger log_cosignature_append_only before update or delete or truncate on log_cosignature for each statement execute function refuse_change();
create or replace trigger action_log_append_only before update or delete or truncate on action_log for each statement execute function refuse_change();
create or replace trigger action_chain_append_only before update or delete or truncate on action_chain for each statement execute function refuse_change();

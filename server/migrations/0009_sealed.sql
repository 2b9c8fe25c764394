-- What a ballot was judged by cannot be changed: its commitment covers signals, screening, channel, device, and the digest that its address
-- fades to (shared/ledger/evidence.ts). So the address alone may change, and only from raw (16 bytes) to that digest (12).
drop trigger ledger_entry_append_only on ledger_entry;
create trigger ledger_entry_append_only before update of contest, index, at, kind, round, state, ballot_id, commitment, voter, picks, signals,
  unscreened, act, device, channel on ledger_entry for each statement execute function refuse_change();
create trigger ledger_entry_fades before update of ip on ledger_entry for each row
  when (length(old.ip) is distinct from 16 or length(new.ip) is distinct from 12) execute function refuse_change();

-- Lines of the action log in the order in which the sealer met them, each under a keyed digest of itself and of all before it. `mac` of the
-- last one is signed into every checkpoint, so no line can be changed, taken away or put in between unseen (server/log/chain.ts).
create table action_chain (
  place  bigint primary key,
  action bigint not null unique,
  at     timestamptz not null,
  mac    bytea not null check (length(mac) = 32)
);
create trigger action_chain_append_only before update or delete or truncate on action_chain for each statement execute function refuse_change();

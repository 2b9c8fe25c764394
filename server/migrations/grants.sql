-- What the app's own role may do, table by table; the owner of the tables applies it after every migration (schema.ts), and whatever is not
-- said here is refused by the database. :app is the role's name. A table that is missing fails tests/server/role.test.ts.
-- Tables that are only ever added to have select and insert. Update names its columns; delete stands where the app deletes.

-- Which migrations and functions were applied, and whose secret the database is: to be read; the first start writes its fingerprint.
grant select on migration, function_file to :app;
grant select, insert on installation to :app;
grant update (place) on installation to :app;

-- Upkeep.
grant select, insert on quarantine to :app;
grant update (lifted_at, lifted_by, reason) on quarantine to :app;
grant select, insert on write_probe to :app;
grant update (at) on write_probe to :app;
grant select, insert on key_seen to :app;
grant update (digest, since) on key_seen to :app;

-- Contests. Only one without a ledger can be deleted: ledger_head refers to it.
grant select, insert, delete on contest to :app;
grant update (settings, version, collection, draft, draft_version, draft_at, draft_by, published_at, archived_at, erased_at, faded_at, noticed_at, resulted_at) on contest to :app;
grant select, insert, delete on candidate to :app;
grant update (number, body, private, source) on candidate to :app;
grant select, insert, delete on media to :app;

-- The ledger. Of an entry only the address may change, to the digest that it fades to.
grant select, insert on ledger_entry to :app;
grant update (ip) on ledger_entry to :app;
grant select, insert on ledger_head to :app;
grant update (size, last_at, version, opens, closes, paused, daily, ballots_per_period, repeat_candidate, rules) on ledger_head to :app;
grant select, insert on voter_quota to :app;
grant update (ballots, picks, ballot_ids, indexes) on voter_quota to :app;
grant select, insert on tally to :app;
grant update (votes, held) on tally to :app;
grant select, insert on tally_reveal to :app;
grant select, insert on ballot_ruling to :app;
grant update (state, beneath, ruling) on ballot_ruling to :app;
grant select, insert on refusal to :app;
grant update (count) on refusal to :app;
grant select, insert on refusal_total to :app;
grant update (count) on refusal_total to :app;
grant select, insert on refusal_day to :app;
grant select, insert on report_version to :app;
grant update (signed_by, signed_at, signed_entry) on report_version to :app;
grant select, insert on ruling_proposal to :app;
grant update (state, decided_by, decided_at, decided_why, rulings, found, part, figures, evidence) on ruling_proposal to :app;
grant select, insert on ruling_opening to :app;
grant update (digest, at) on ruling_opening to :app;
grant select, insert, delete on ruling_remark to :app;
grant select, insert, delete on ruling_file to :app;

-- The log. The right edge of a tree grows in place.
grant select, insert on log_tile to :app;
grant update (hashes) on log_tile to :app;
grant select, insert on log_checkpoint to :app;
grant select, insert on log_cosignature to :app;
grant select, insert on log_witness to :app;
grant update (name, added_by, added_at, removed_at) on log_witness to :app;

-- Staff, and what they did.
grant select, insert on action_log to :app;
grant select, insert on action_chain to :app;
grant select, insert on staff to :app;
grant update (login, name, roles, contests, password, totp, totp_step, recovery, disabled_at, seal, reset_at) on staff to :app;
grant select, insert, delete on staff_invite to :app;
grant update (used_at, opened, opened_at, opened_from, pass_left) on staff_invite to :app;
grant select, insert on staff_request to :app;
grant update (state, decided_by, decided_at, decided_why) on staff_request to :app;
grant select, insert, delete on staff_event to :app;
grant update (seen_at) on staff_event to :app;
grant select, insert, delete on session to :app;
grant update (seen_at, address, agent, seal, proved_at) on session to :app;
grant select, insert, delete on attempt to :app;
grant update (failures, since, until) on attempt to :app;

-- Working days.
grant select, insert, delete on holiday to :app;
grant select, insert on holiday_year to :app;
grant update (source, version, edited_by, edited_at) on holiday_year to :app;

-- Units and what they send.
grant select, insert, delete on unit to :app;
grant update (name, kind, quota, category_quota, parent, link_version, contact, recommends_by, opened_at) on unit to :app;
grant select, insert, delete on webhook to :app;
grant update (address, events, enabled, told_until, told_size, next_at, tries, sent_at, problem, problem_at) on webhook to :app;
grant select, insert on shortlist_draw to :app;
grant select, insert, delete on nomination to :app;
grant update (unit, state, source, kind, category, name, answers, private, photo, consent, returned, returned_at, saved_by, twin, number, verified, before,
  version, updated_at, submitted_at) on nomination to :app;
grant select, insert on nomination_event to :app;
grant update (reason) on nomination_event to :app;
grant select, insert, delete on film to :app;
grant update (received, whole, touched_at) on film to :app;
grant select, insert on film_piece to :app;
grant select, insert, delete on attachment to :app;
grant select, insert, delete on original to :app;
grant select, insert, delete on intake to :app;
grant update (proposal, taken_at, undone_at, undone_by) on intake to :app;
grant select, insert, delete on intake_file to :app;
grant select, insert on intake_line to :app;
grant update (was, photo, back) on intake_line to :app;
grant select, insert, delete on opinion to :app;
grant update (verdict, words, signer, on_date, file, entered_by, at) on opinion to :app;
grant select, insert, delete on screening to :app;
grant update (points, remark, at) on screening to :app;

-- Panels. A locked sheet and a verdict stay as they are.
grant select, insert on seat to :app;
grant update (state, who, asked_at, asked_why, late) on seat to :app;
grant select, insert, delete on sheet_draft to :app;
grant update (lines, version, saved_at) on sheet_draft to :app;
grant select, insert on sheet to :app;
grant update (reopened_at) on sheet to :app;
grant select, insert on recusal to :app;
grant select, insert, delete on sheet_paper to :app;
grant update (lines, at) on sheet_paper to :app;
grant select, insert on reopening to :app;
grant update (state, decided_by, decided_at) on reopening to :app;
grant select, insert on held_signed to :app;
grant update (ballots, reason, staff, at) on held_signed to :app;
grant select, insert on verdict to :app;

-- Objections and what was found. What is public of it stands in the ledger.
grant select, insert on objection_officer to :app;
grant update (staff, named_by, at) on objection_officer to :app;
grant select, insert on objection to :app;
grant update (who, what, source, erased_at) on objection to :app;
grant select, insert, delete on objection_file to :app;
grant update (bytes) on objection_file to :app;
grant select, insert on finding to :app;
grant update (text, state, decided_by, decided_at, reason, entry) on finding to :app;
grant select, insert on approval_scan to :app;
grant select, insert on erasing to :app;
grant update (state, decided_by, decided_at) on erasing to :app;
grant select, insert on witness_proposal to :app;
grant update (state, decided_by, decided_at, decided_why, entry) on witness_proposal to :app;
grant select, insert on closing to :app;
grant update (state, decided_by, decided_at, entry) on closing to :app;
grant select, insert on revocation to :app;
grant update (state, decided_by, decided_at) on revocation to :app;

-- Filings of publicity.
grant select, insert on contributor to :app;
grant update (kind, name, line, place, link_version, since, opened_at, ended_at) on contributor to :app;
grant select, insert on filer to :app;
grant update (name, post, phone, remark, since, until, successor) on filer to :app;
grant select, insert on season to :app;
grant update (rule, targets, office, version) on season to :app;
grant select, insert, delete on outlet to :app;
grant update (name, class, since, until) on outlet to :app;
grant select, insert on commission to :app;
grant update (title, brief, due, contributors, closed_at) on commission to :app;
grant select, insert, delete on filing to :app;
grant update (filer, kind, commission, title, event, words, characters, head, leader, state, version, saved_at, filed_at, filed_on, decided_at,
  decided_by, reason) on filing to :app;
grant select, insert, delete on filing_file to :app;
grant select, insert, delete on filing_use to :app;
grant update (outlet) on filing_use to :app;
grant select, insert on forfeit to :app;
grant update (state, decided_by, decided_at, decided_why) on forfeit to :app;

-- Voters whom WeChat vouches for.
grant select, insert on wechat_person to :app;
grant update (subject, follows, follows_at) on wechat_person to :app;

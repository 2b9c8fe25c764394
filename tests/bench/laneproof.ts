import type { Ballot } from '@zuimei/server/vote/ledger.ts';
import { batchesOf, type Laned } from './lane.ts';
import { checkGrown, checkReceipt, openLanes } from './lanenote.ts';

/**
 * The arithmetic of lanes, on what was just written and a batch more; throws what does not hold. `firstNote`: signed before these ballots or
 * among them. Leaves, of several lanes, a ballot in a lane that is not its voter's, which has to be found.
 */
export async function prove(laned: Laned, acknowledged: Ballot[][], firstNote: string): Promise<void> {
  const { lanes, signer } = laned;
  const [lane, other] = lanes;
  const [batch = []] = batchesOf(lanes.length, 50, 1)[0] ?? [];
  const [ballot] = batch;
  if (!lane || !ballot) throw new Error('nothing to prove it on');
  const receipts = await lane.ledger.commit(lane.contest, batch);
  const again = await lane.ledger.commit(lane.contest, batch.toReversed());
  need(
    Array.isArray(again) && JSON.stringify(again.reverse()) === JSON.stringify(receipts),
    'ballots sent again',
  );

  const first = await openLanes(firstNote, signer);
  const note = await openLanes(await laned.sign(), signer);
  const proofs = await laned.grown(first, note);
  need(checkGrown(first, note, proofs), 'the second note extends the first');
  need(!checkGrown(note, first, proofs), 'the first note does not extend the second');
  need(!checkGrown(first, { ...note, lanes: note.lanes.slice(1) }, proofs), 'a lane is missing');

  const index = Array.isArray(receipts) && receipts[0] && 'index' in receipts[0] ? receipts[0].index : -1;
  const { receipt, leaf } = await laned.receipt(0, index, note);
  need(checkReceipt(receipt, leaf, note), 'a receipt');
  need(!checkReceipt({ ...receipt, index: index - 1 }, leaf, note), 'a receipt of another entry');
  need(!checkReceipt({ ...receipt, lane: 1 }, leaf, note), 'a receipt of another lane');
  need(!checkReceipt(receipt, leaf, { ...note, root: first.root }), 'a receipt under another note');

  const all = [...acknowledged.flat(), ...batch];
  const faults = await laned.faults(all);
  need(faults.length === 0, faults.join(', '));
  if (!other) return;
  await other.ledger.commit(other.contest, [ballot]);
  const found = await laned.faults([...all, ballot]);
  need(
    found.toSorted().join() === 'a quota tag stands twice,lane 1: a voter of another',
    'a ballot in the wrong lane',
  );
}

function need(right: boolean, what: string): void {
  if (!right) throw new Error(`lanes: ${what}`);
}

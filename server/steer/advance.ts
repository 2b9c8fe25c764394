import type { Transaction } from 'kysely';
import { refuse } from '@zuimei/shared/judging/refused.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readStanders } from '../contest/held.ts';
import type { Tables } from '../db.ts';
import { readCounts } from '../tally/counts.ts';

/**
 * The first `most` of a round that is over, by number, with all who are level with the last of them where `ties` says so. Refuses with
 * standing_missing while ballots are held, and with tie_open.
 */
export async function readFirst(
  tx: Transaction<Tables>,
  of: { contest: number; round: number; standing: readonly number[] | null },
  most: number,
  ties: 'all' | 'none',
): Promise<number[]> {
  const counts = await readCounts(tx, of.contest, of.round);
  const held = counts.find(({ number }) => number === 0)?.held ?? 0;
  if (held > 0) throw new Refusal('standing_missing', { what: 'ballots_held', n: held });
  const votes = new Map(counts.map((line) => [line.number, line.votes]));
  const votesOf = (number: number): number => votes.get(number) ?? 0;
  const standers = (await readStanders(tx, of.contest))
    .filter(({ number, withdrawn }) => !withdrawn && (of.standing?.includes(number) ?? true))
    .map(({ number }) => number)
    .sort((a, b) => votesOf(b) - votesOf(a) || a - b);
  const [last, after] = [standers[most - 1], standers[most]];
  if (last === undefined || after === undefined || votesOf(last) > votesOf(after))
    return standers.slice(0, most).sort((a, b) => a - b);
  const line = votesOf(last);
  if (ties === 'none') {
    const level = standers.filter((number) => votesOf(number) === line);
    refuse({
      refusal: 'tie_open',
      numbers: level,
      places: most - standers.filter((number) => votesOf(number) > line).length,
    });
  }
  return standers.filter((number) => votesOf(number) >= line).sort((a, b) => a - b);
}

import type { Transaction } from 'kysely';
import type { UnitDraft, UnitLink, UnitUpdate } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { changeWords } from './compare.ts';
import type { QuotaRules } from './quota.ts';
import { createRecord } from './record.ts';
import type { ChangedUnit, Units } from './unit.ts';

/**
 * Takes a sheet of units as it was looked through: one act in the list of imports, that can be taken back, and in the action log with what
 * changed of each unit. Gives the links of the new ones. Refuses as Units.take.
 */
export async function takeRoster(
  tx: Transaction<Tables>,
  { units, key, actor, now }: { units: Units; key: Uint8Array; actor: Actor; now: number },
  contest: number,
  rules: QuotaRules,
  given: { units: readonly UnitDraft[]; updates: readonly UnitUpdate[]; file: string },
): Promise<{ made: UnitLink[]; changed: ChangedUnit[] }> {
  const { made, changed } = await units.take(tx, contest, rules, given);
  const parts = [
    { verb: '新增', names: made.map(({ name }) => name) },
    { verb: '更新', names: changed.map(({ was }) => was.name) },
  ].filter(({ names }) => names.length > 0);
  const subject = parts
    .map(({ verb, names }) => `${verb} ${names.length} 个单位：${names.join('、')}`)
    .join('；');
  await recordAction(tx, actor, { act: 'unit.import', contest, subject });
  const at = new Date(now);
  const { id } = await tx
    .insertInto('intake')
    .values({
      ...{ contest, what: 'units', files: given.file, by: actor.name },
      ...{ at, taken_at: at, proposal: null, undone_at: null },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const record = createRecord(tx, key, id);
  for (const one of made) await record({ how: 'unit', name: one.name, unitName: one.name, unit: one.id });
  for (const { id: unit, was, changes } of changed) {
    await record({ how: 'amend', name: was.name, unitName: was.name, unit, was });
    await recordAction(tx, actor, {
      act: 'unit.change',
      contest,
      subject: `${was.name}：${changeWords(changes)}`,
    });
  }
  return { made, changed };
}

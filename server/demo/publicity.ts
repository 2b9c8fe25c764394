import type { Transaction } from 'kysely';
import { dayWords, yearOfDay, yearSpan } from '@zuimei/shared/publicity/span.ts';
import { countChars } from '@zuimei/shared/text/character.ts';
import { type Day, shanghaiDate } from '@zuimei/shared/time.ts';
import { readSlugs } from '../contest/contest.ts';
import type { Db, Tables } from '../db.ts';
import { createContributorLinks } from '../publicity/link.ts';
import type { Secrets } from '../secret.ts';
import { addStaff, makeLink, type NewStaff, voidLinks } from '../staff/account.ts';
import { createSeals } from '../staff/seal.ts';
import { type District, type DistrictFiling, districtYear } from './district.ts';

const PEOPLE = '林立夏 何静姝 周启明 顾长宁 沈知行 陆晚晴 许怀远 方若谷 唐一鸣 叶南星'.split(' ');
/** Rows of one statement: a statement takes 65 535 values. */
const AT_ONCE = 1_000;

/** What a newcomer may look at of the publicity module: an account to join by, while nobody has, and the link of one contributor. */
export interface DemoPublicity {
  editorPath: string | null;
  contributorPath: string;
}

/**
 * On an empty database a small year up to `now`, and the account of an editor; it is called before the demo's contests are made. On a database with
 * contests it changes nothing but the editor's link, as firstLink does. Null where there is no demo of it.
 */
export async function loadPublicity(
  { db, secrets }: { db: Db; secrets: Secrets },
  now: number,
): Promise<DemoPublicity | null> {
  const seals = createSeals({ secrets });
  const isNew = (await readSlugs(db)).length === 0 && (await firstContributor(db)) === undefined;
  const account = await db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('staff')
      .select(['id', 'password'])
      .where('login', '=', EDITOR.login)
      .forUpdate()
      .executeTakeFirst();
    if (!known && !isNew) return null;
    const id = known?.id ?? (await addStaff(tx, seals, EDITOR, now));
    if (known?.password) return { id, path: null };
    await voidLinks(tx, id);
    return { id, path: (await makeLink(tx, seals, id, now, { lifeMs: DAY_MS })).path };
  });
  if (!account) return null;
  if (isNew) {
    const until = shanghaiDate(now);
    const year = yearOfDay(until);
    const days = (Date.parse(until) - Date.parse(yearSpan(year).from)) / DAY_MS + 1;
    const small = districtYear({ seed: 1, year, until, contributors: 5, filings: Math.ceil(days * PER_DAY) });
    await insertDistrict(db, { ...small, forfeits: [] }, { editor: account.id, second: account.id });
  }
  const first = await firstContributor(db);
  return first
    ? { editorPath: account.path, contributorPath: createContributorLinks(secrets).of(first) }
    : null;
}

async function firstContributor(db: Db) {
  return await db
    .selectFrom('contributor')
    .select(['id', 'link_version'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

const EDITOR = { login: 'yanshi-bianji', name: '演示编辑', roles: ['editor'] } satisfies NewStaff;
const DAY_MS = 86_400_000;
/** Ten contributors are asked for some six filings a day together. */
const PER_DAY = 5;

/**
 * Writes a district into an empty module: contributors with a 宣传员 each, outlets, 约稿, filings as they stand with their uses, and what was forfeited.
 * `staff`: who asked and decided, and another one. Gives the ids of its contributors, in their order.
 */
export async function insertDistrict(
  db: Db,
  district: District,
  staff: { editor: number; second: number },
): Promise<number[]> {
  return await db.transaction().execute(async (tx) => {
    const contributors = await idsOf(
      tx
        .insertInto('contributor')
        .values(
          district.contributors.map((one, place) => ({
            ...one,
            place,
            opened_at: new Date(`${one.since}T01:00:00Z`),
            ended_at: null,
          })),
        )
        .returning('id'),
    );
    const filers = await idsOf(
      tx
        .insertInto('filer')
        .values(
          contributors.map((contributor, at) => ({
            ...{ contributor, name: nameAt(at), post: '宣传员', phone: null, until: null, successor: null },
            since: district.contributors[at]?.since ?? `${district.year}-01-01`,
          })),
        )
        .returning('id'),
    );
    const outlets = await idsOf(tx.insertInto('outlet').values(district.outlets).returning('id'));
    const commissions = await idsOf(
      tx
        .insertInto('commission')
        .values(
          district.commissions.map(({ title, due, closed }) => ({
            ...{ title, due, contributors: null, asked_by: staff.editor },
            closed_at: closed ? new Date(`${due}T09:00:00Z`) : null,
          })),
        )
        .returning('id'),
    );
    const outletOn = (name: string, day: Day): number => {
      const at = district.outlets.findIndex(
        (one) => one.name === name && one.since <= day && (one.until === null || one.until >= day),
      );
      return outlets[at] ?? 0;
    };
    for (let from = 0; from < district.filings.length; from += AT_ONCE) {
      const some = district.filings.slice(from, from + AT_ONCE);
      const ids = await idsOf(
        tx
          .insertInto('filing')
          .values(
            some.map((one) => ({
              ...filingRow(one),
              contributor: contributors[one.contributor] ?? 0,
              filer: filers[one.contributor] ?? 0,
              commission: one.commission === null ? null : (commissions[one.commission] ?? null),
              decided_by: one.state === 'accepted' || one.state === 'returned' ? staff.editor : null,
            })),
          )
          .returning('id'),
      );
      const uses = some.flatMap(({ uses: noted }, at) =>
        noted.map(({ outlet, day }) => ({
          ...{ filing: String(ids[at]), outlet: outletOn(outlet, day), day, file: null },
          ...{ link: 'https://example.cn/news', noted_by: staff.editor },
        })),
      );
      if (uses.length > 0) await tx.insertInto('filing_use').values(uses).execute();
    }
    await forfeit(tx, district, contributors, staff);
    return contributors;
  });
}

async function forfeit(
  tx: Transaction<Tables>,
  { year, forfeits }: District,
  contributors: readonly number[],
  staff: { editor: number; second: number },
): Promise<void> {
  if (forfeits.length === 0) return;
  await tx
    .insertInto('forfeit')
    .values(
      forfeits.map(({ contributor, reason }) => ({
        ...{ year, reason, contributor: contributors[contributor] ?? 0, state: 'done' as const },
        ...{
          proposed_by: staff.editor,
          decided_by: staff.second,
          decided_at: new Date(`${year}-06-01T01:00:00Z`),
        },
      })),
    )
    .execute();
}

/** A multi-row insert gives its ids in the order of its rows. */
async function idsOf(query: { execute(): Promise<{ id: number | string }[]> }): Promise<number[]> {
  return (await query.execute()).map(({ id }) => Number(id));
}

function filingRow({ kind, title, event, filed, state }: DistrictFiling) {
  const words = wordsOf(title, event, kind === 'article' || kind === 'commissioned');
  const decided = state === 'accepted' || state === 'returned';
  return {
    ...{ kind, title, event, words, characters: countChars(words), state },
    ...{ head: nameAt(title.length), leader: nameAt(title.length + 3) },
    filed_on: filed,
    filed_at: filed === null ? null : new Date(`${filed}T03:00:00Z`),
    decided_at: decided ? new Date(`${filed ?? event}T08:00:00Z`) : null,
    reason: state === 'returned' ? '时间、地点不清楚，请补充后重报' : '',
  };
}

function wordsOf(title: string, event: Day, long: boolean): string {
  const lead = `${dayWords(event)}，${title.replace('：', '就')}。现场逐项核对台账，对发现的问题明确责任人和整改时限，并当场讲解注意事项。`;
  const more =
    '工作人员走进班组，听一线职工讲身边的变化：隐患有人看、有人报、有人改，改完还有人回头看。制度写在墙上不算数，落到每一次交接班里才算数。';
  return long ? `${lead}\n${Array.from({ length: 12 }, () => more).join('\n')}` : lead;
}

function nameAt(at: number): string {
  return PEOPLE[at % PEOPLE.length] ?? '';
}

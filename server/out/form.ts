import { fieldsFor, isHidden, isText } from '@zuimei/shared/answer.ts';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import type { OpinionView } from '@zuimei/shared/nomination.ts';
import type { FormField } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { yearsText } from '../document/value.ts';
import { readOpinions } from '../nomination/opinion.ts';
import { openPrivate } from '../vault.ts';
import { momentWords } from './moment.ts';
import { categoryName, type Nominee, readNominees, type Source, told } from './nominees.ts';
import type { Card } from './paper.ts';
import { monthWords } from './summary.ts';

/** As the notices number it. */
const CARD_ANNEX = '附件2';
/** Longer answers get a row of their own. */
const PAIR_CHARS = 60;
const isBrief = ({ type, limit }: FormField): boolean => type !== 'text' && limit <= PAIR_CHARS;

/** The 报送表 of one nomination. Refuses with not_found. */
export async function readCard(
  db: Db,
  key: Uint8Array,
  source: Source,
  nomination: number,
  full: boolean,
): Promise<{ card: Card; name: string }> {
  const [nominee] = await readNominees(db, key, source, 'all', nomination);
  if (!nominee || !source.collection) throw new Refusal('not_found');
  const contact = await readContact(db, key, nominee.unit.id, full);
  const form = fieldsFor(source.collection.form, nominee.kind).filter(isText);
  const isCase = nominee.kind === 'case';
  const short = isCase ? [] : form.filter(isBrief);
  const value = (field: FormField): string => answer(source, nominee, field, full);
  const opinions = await readOpinions(db, nomination);
  const sender: [string, string][] = [
    ['报送单位', nominee.unit.name],
    ['组别', categoryName(source, nominee.category)],
  ];
  const pairs = short.map((field): [string, string] => [labelOf(field), value(field)]);
  // A person's form tells its kind by its fields; a team's, or one of many categories, must say it.
  if (!isCase && (nominee.kind !== 'person' || source.settings.categories.length > 2))
    pairs.push(sender[1] ?? ['', '']);
  const hasPhoto = source.collection.form.some((field) => field.type === 'photo');
  return {
    name: nominee.name,
    card: {
      annex: CARD_ANNEX,
      title: source.collection.formTitle || `${source.settings.title}报送表`,
      contact: `报送单位：${nominee.unit.name}　　联系人：${contact.name}　　联系电话：${contact.phone}`,
      pairs,
      long: [
        ...(isCase ? sender : []),
        ...form
          .filter((field) => !short.includes(field))
          .map((field): [string, string] => [labelOf(field), value(field)]),
        ...source.collection.opinions.map((step): [string, string] => [
          step.name,
          opinionText(opinions.find((one) => one.step === step.id)),
        ]),
      ],
      photo: isCase || !hasPhoto ? null : await readPhoto(db, nominee),
      remarks: [`生成时间：${momentWords(source.now)}${full ? '' : '　个人信息已遮盖，仅供内部核对'}`],
    },
  };
}

/**
 * The form of a contest as the notice encloses it, with nothing in it but who reports: to be filled in on paper or in Word, and uploaded.
 * Refuses with not_found for a kind of nominee that is not asked for.
 */
export function blankForm(
  { collection, settings }: Source,
  unit: string,
  kind: CandidateKind,
): { card: Card; title: string } {
  if (!collection?.kinds.includes(kind)) throw new Refusal('not_found');
  const fields = fieldsFor(collection.form, kind).filter(isText);
  const isCase = kind === 'case';
  const brief = isCase ? [] : fields.filter(isBrief);
  const asks = collection.opinions.some((step) => step.kind === 'consult');
  const title = collection.formTitle || `${settings.title}报送表`;
  return {
    title,
    card: {
      annex: asks ? '附件3' : CARD_ANNEX,
      title,
      contact: `报送单位：${unit}　　联系人：　　　　　　联系电话：`,
      pairs: brief.map((field): [string, string] => [labelOf(field), '']),
      long: [
        ...fields
          .filter((field) => !brief.includes(field))
          .map((field): [string, string] => [labelOf(field), '']),
        ...collection.opinions
          .filter((step) => step.kind === 'level')
          .map((step): [string, string] => [labelOf({ title: step.name }), opinionText(undefined)]),
      ],
      photo:
        isCase || !collection.form.some(({ type }) => type === 'photo')
          ? null
          : { bytes: new Uint8Array(0), width: 1, height: 1 },
      remarks: [],
    },
  };
}

/** Papers that a unit prints, has signed and sealed, and sends back as scans. */
export const signForms = ['approval', 'consult'] as const;
export type SignForm = (typeof signForms)[number];

/** Who is asked about: what departments need to find somebody. */
const consultKeys = ['name', 'subject', 'gender', 'birth', 'idNumber', 'unit', 'post'];

/**
 * A form of one nomination for signature and seal: the 推荐审批表 with the levels' opinions, or the 征求意见表 with the departments'.
 * What is private stays blank, to be filled in by hand: whoever has the unit's link could ask for this. An opinion that was given is
 * printed; of the others there is the place for it. Refuses with not_found, also for a nomination of another unit.
 */
export async function readSignForm(
  db: Db,
  key: Uint8Array,
  source: Source,
  of: { nomination: number; unit: number },
  form: SignForm,
): Promise<{ card: Card; name: string; title: string }> {
  const [nominee] = await readNominees(db, key, source, 'all', of.nomination);
  const { collection } = source;
  if (!nominee || !collection || nominee.unit.id !== of.unit) throw new Refusal('not_found');
  const steps = collection.opinions.filter(({ kind }) => (kind === 'consult') === (form === 'consult'));
  if (steps.length === 0) throw new Refusal('not_found');
  const opinions = await readOpinions(db, of.nomination);
  const fields = fieldsFor(collection.form, nominee.kind).filter(
    (field) => isText(field) && (form === 'approval' || consultKeys.includes(field.key)),
  );
  const value = (field: FormField): string => (isHidden(field) ? '' : answer(source, nominee, field, false));
  const brief = fields.filter(isBrief);
  const asks = collection.opinions.some(({ kind }) => kind === 'consult');
  const consultTitle = `${collection.formTitle.replace(/(推荐|报送|申报)?(审批|审核|申报)?表$/u, '')}征求意见表`;
  const title = form === 'approval' ? collection.formTitle : consultTitle;
  const category = categoryName(source, nominee.category);
  const hasPhoto = form === 'approval' && collection.form.some((field) => field.type === 'photo');
  return {
    name: nominee.name,
    title,
    card: {
      // Where departments are asked, the notice has its 名额分配表 and 报送要求 before the forms.
      annex: !asks ? CARD_ANNEX : form === 'approval' ? '附件3' : '附件4',
      title,
      contact: `报送单位：${nominee.unit.name}（盖章）`,
      pairs: [
        ...brief.map((field): [string, string] => [labelOf(field), value(field)]),
        ...(form === 'approval' && category ? [['组别', category] as [string, string]] : []),
      ],
      long: [
        ...fields
          .filter((field) => !brief.includes(field))
          .map((field): [string, string] => [labelOf(field), value(field)]),
        ...steps.map((step): [string, string] => [
          labelOf({ title: step.name }),
          opinionText(opinions.find((one) => one.step === step.id)),
        ]),
      ],
      photo: hasPhoto ? await readPhoto(db, nominee) : null,
      remarks: [],
    },
  };
}

function answer(source: Source, nominee: Nominee, field: FormField, full: boolean): string {
  const text = told(source, nominee, field.key, full);
  if (field.type === 'month') return monthWords(text);
  return field.key === 'years' ? yearsText(text) : text;
}

/** The bracket of "推荐理由（50字以内）" stands on a line of its own, as the notices print it. */
function labelOf(field: Pick<FormField, 'title'>): string {
  return field.title.replace(/(?<=.)（/u, '\n（');
}

function opinionText(one: OpinionView | undefined): string {
  if (!one) return '\n（盖章）\n　　年　　月　　日';
  const [year, month, day] = one.on.split('-').map(Number);
  const verdict = one.words || (one.verdict === 'agree' ? '同意推荐。' : '不同意推荐。');
  return `${verdict}\n${one.signer}（盖章）\n${year}年${month}月${day}日`;
}

/** The portrait as JPEG; no bytes when there is none, so that its cell still stands. */
async function readPhoto(db: Db, { photo }: Nominee): Promise<Card['photo']> {
  const none = { bytes: new Uint8Array(0), width: 1, height: 1 };
  if (!photo) return none;
  const row = await db
    .selectFrom('media')
    .select('bytes')
    .where('id', '=', photo.id)
    .where('name', '=', 'full.jpg')
    .executeTakeFirst();
  return row ? { bytes: new Uint8Array(row.bytes), width: photo.width, height: photo.height } : none;
}

async function readContact(
  db: Db,
  key: Uint8Array,
  unit: number | null,
  full: boolean,
): Promise<{ name: string; phone: string }> {
  const row =
    unit === null
      ? null
      : await db.selectFrom('unit').select('contact').where('id', '=', unit).executeTakeFirst();
  if (!row?.contact) return { name: '', phone: '' };
  const { name = '', phone = '' } = openPrivate(key, row.contact, `unit/${unit}`) as Partial<
    Record<string, string>
  >;
  return { name, phone: full ? phone : phone.replace(/^(\d{3})\d+(\d{4})$/u, '$1****$2') };
}

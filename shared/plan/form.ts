import type { Category } from '../contest.ts';
import { checkCount, checkNamed, checkNumber, checkText, type Say } from './fault.ts';
import type { Collection, FormField } from './plan.ts';

const KEY = /^[a-z][a-zA-Z0-9]{0,31}$/u;
/** Never public, whatever a bureau would like (PRODUCT, names and privacy). */
const secretKeys: readonly string[] = ['phone', 'idNumber', 'birth', 'politics', 'origin', 'contact'];
const secretTypes: readonly FormField['type'][] = ['phone', 'identity'];
/** A card without them says nothing. */
const openKeys: readonly string[] = ['name', 'subject', 'unit', 'reason', 'deeds', 'photo'];

/** The form, the units and their quotas, the opinions. */
export function checkCollection(
  collection: Collection,
  categories: readonly Category[],
  error: Say,
  warn: Say,
): void {
  const path = 'collection';
  checkText(error, `${path}.formTitle`, collection.formTitle, 60);
  checkText(error, `${path}.listTitle`, collection.listTitle, 60);
  checkCircular(collection, error);
  checkText(error, `${path}.consent`, collection.consent, 600, 0);
  checkText(error, `${path}.categoryTitle`, collection.categoryTitle, 12);
  checkText(error, `${path}.photo.hint`, collection.photo.hint, 100, 0);
  if (collection.kinds.length === 0) error('kinds_missing', `${path}.kinds`);
  checkForm(collection, categories, error);
  checkUnits(collection, categories, error, warn);
  checkCount(error, `${path}.opinions`, collection.opinions, 12);
  checkNamed(error, `${path}.opinions`, collection.opinions, 40);
  for (const [at, { name, owner }] of collection.opinions.entries())
    if (typeof owner === 'object' && !collection.unitKinds.some(({ id }) => id === owner.above))
      error('opinion_owner', `${path}.opinions.${at}.owner`, { name });
  checkCount(error, `${path}.upward`, collection.upward, 12);
  checkNamed(error, `${path}.upward`, collection.upward, 40);
  for (const [at, { most }] of collection.upward.entries())
    checkNumber(error, `${path}.upward.${at}.most`, most, 1, 1000);
  checkNumber(error, `${path}.photo.width`, collection.photo.width, 120, 4000);
  checkNumber(error, `${path}.photo.height`, collection.photo.height, 120, 4000);
  checkNumber(error, `${path}.leastYears`, collection.leastYears, 0, 50);
  checkNumber(error, `${path}.leastProofs`, collection.leastProofs, 0, 20);
}

function checkCircular({ circular: { text, link, contact, phone } }: Collection, error: Say): void {
  const path = 'collection.circular';
  checkCount(error, `${path}.text`, text, 30);
  for (const [at, paragraph] of text.entries()) checkText(error, `${path}.text.${at}`, paragraph, 1000);
  if (link !== '' && !isWebAddress(link)) error('link_malformed', `${path}.link`);
  checkText(error, `${path}.contact`, contact, 40, 0);
  checkText(error, `${path}.phone`, phone, 60, 0);
}

/** A page of the web in full, and no other kind of address. */
function isWebAddress(text: string): boolean {
  return text.length <= 500 && /^https?:\/\//iu.test(text) && URL.canParse(text);
}

function checkForm({ form, kinds }: Collection, categories: readonly Category[], error: Say): void {
  const path = 'collection.form';
  if (form.length === 0) error('form_empty', path);
  checkCount(error, path, form, 40);
  const keys = new Set<string>();
  for (const [at, field] of form.entries()) {
    const here = `${path}.${at}`;
    checkText(error, `${here}.title`, field.title, 60);
    checkText(error, `${here}.hint`, field.hint, 200, 0);
    checkNumber(error, `${here}.limit`, field.limit, 0, 20_000);
    if (!KEY.test(field.key)) error('id_malformed', `${here}.key`, { id: field.key });
    else if (keys.has(field.key)) error('id_twice', `${here}.key`, { id: field.key });
    keys.add(field.key);
    for (const [id, floor] of Object.entries(field.floors)) {
      if (!categories.some((one) => one.id === id)) error('category_unknown', `${here}.floors.${id}`, { id });
      checkNumber(error, `${here}.floors.${id}`, floor, 1, 100_000_000);
    }
    const secret = secretKeys.includes(field.key) || secretTypes.includes(field.type);
    if (secret && field.audience === 'public')
      error('field_must_be_private', `${here}.audience`, { title: field.title });
    if (openKeys.includes(field.key) && field.audience === 'private')
      error('field_must_be_public', `${here}.audience`, { title: field.title });
    if (field.kinds.some((kind) => !kinds.includes(kind)))
      error('kind_unknown', `${here}.kinds`, { title: field.title });
    if (field.type === 'choice') {
      if (field.choices.filter((one) => one.trim()).length < 2)
        error('choices_missing', `${here}.choices`, { title: field.title });
      checkCount(error, `${here}.choices`, field.choices, 30);
      checkNamed(
        error,
        `${here}.choices`,
        field.choices.map((name) => ({ name })),
        40,
      );
    }
  }
  // A candidate is called by one or the other; both stand for the same line of a card.
  const named = form.some((field) => (field.key === 'name' || field.key === 'subject') && field.required);
  if (form.length > 0 && !named) error('field_needed', path, { key: 'name' });
}

function checkUnits(collection: Collection, categories: readonly Category[], error: Say, warn: Say): void {
  const { unitKinds, unitCategoryMost, categoryPlaces, places } = collection;
  const path = 'collection.unitKinds';
  if (unitKinds.length === 0) error('unit_kinds_missing', path);
  checkCount(error, path, unitKinds, 20);
  checkNamed(error, path, unitKinds, 40);
  for (const [at, { name, least, most }] of unitKinds.entries()) {
    checkNumber(error, `${path}.${at}.least`, least, 0, 1000);
    if (most !== null) checkNumber(error, `${path}.${at}.most`, most, 0, 1000);
    if (most !== null && least > most) error('quota_order', `${path}.${at}.least`, { name, least, most });
  }
  const known = new Set(categories.map((one) => one.id));
  for (const [key, bounds] of Object.entries({ unitCategoryMost, categoryPlaces }))
    for (const [id, most] of Object.entries(bounds)) {
      if (!known.has(id)) error('category_unknown', `collection.${key}.${id}`, { id });
      checkNumber(error, `collection.${key}.${id}`, most, 0, 5000);
    }
  if (places === null) return;
  checkNumber(error, 'collection.places', places, 1, 5000);
  const sum = Object.values(categoryPlaces).reduce((all, one) => all + one, 0);
  if (sum > places) warn('places_above_total', 'collection.places', { sum, places });
  const all = categories.length > 0 && categories.every(({ id }) => categoryPlaces[id] !== undefined);
  if (all && sum < places) warn('places_below_total', 'collection.places', { sum, places });
}

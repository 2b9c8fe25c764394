// Writes server/calendar/years.sql from the package chinese-days: run it after the package has grown, look at what changed, commit both.
// A year is taken only if the package names the notice of the State Council's office on www.gov.cn from which its days were typed;
// tests/server/calendar.test.ts stops a file that is another than this would write. `--print` writes it to the terminal instead.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './install.mjs';

const TARGET = join(root, 'server/calendar/years.sql');
const place = join(createRequire(join(root, 'package.json')).resolve('chinese-days/package.json'), '..');
/** What the notices call them; the package has them shorter. */
const NAMES = { 清明: '清明节', 端午: '端午节', 中秋: '中秋节' };

/** Year → address of its notice. */
function readNotices() {
  const text = readFileSync(join(place, 'src/holidays/generate.ts'), 'utf8');
  const found = text.matchAll(/\* (\d{4})\n\s*\* (https:\/\/www\.gov\.cn\/\S+)/g);
  return new Map([...found].map(([, year, address]) => [Number(year), address]));
}

function readYear(year) {
  const { holidays, workdays } = JSON.parse(readFileSync(join(place, `dist/years/${year}.json`), 'utf8'));
  const linesOf = (days, kind) =>
    Object.entries(days).map(([day, words]) => {
      const name = words.split(',')[1];
      return { day, kind, name: NAMES[name] ?? name };
    });
  return [...linesOf(holidays, 'off'), ...linesOf(workdays, 'work')].sort((a, b) => (a.day < b.day ? -1 : 1));
}

function makeText() {
  const notices = readNotices();
  const years = readdirSync(join(place, 'dist/years'))
    .map((name) => Number(/^(\d{4})\.json$/.exec(name)?.[1]))
    .filter((year) => notices.has(year))
    .sort();
  const sources = years.map((year) => `  (${year}, '国务院办公厅关于${year}年部分节假日安排的通知')`);
  const days = years.flatMap((year) => [
    `  -- ${year}: ${notices.get(year)}`,
    ...readYear(year).map(({ day, kind, name }) => `  ('${day}', '${kind}', '${name}'),`),
  ]);
  days.push(days.pop().replace(/,$/, ''));
  return `-- Written by infra/calendar.mjs, not by hand: the years whose notices are known. A year that an administrator has edited stays as it is.

insert into holiday_year (year, source) values
${sources.join(',\n')}
on conflict (year) do update set source = excluded.source, version = holiday_year.version + 1, edited_at = now()
  where holiday_year.edited_by is null;

delete from holiday using holiday_year
  where holiday_year.year = holiday.year and holiday_year.edited_by is null and holiday.year in (${years.join(', ')});

insert into holiday (day, year, kind, name)
select day::date, holiday_year.year, kind, name from (values
${days.join('\n')}
) given (day, kind, name) join holiday_year on holiday_year.year = left(day, 4)::int where edited_by is null;
`;
}

if (process.argv.includes('--print')) process.stdout.write(makeText());
else writeFileSync(TARGET, makeText());

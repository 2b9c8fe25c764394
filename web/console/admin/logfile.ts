import type { ActionView } from '@zuimei/shared/staff.ts';
import { actSubject, actWords } from '../lib/actwords.ts';

/** A text as a cell: quoted, and never a formula in the program that opens it. */
function cell(text: string): string {
  return `"${(/^[=+\-@\t\r]/u.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Lines of the action log as a .csv that Excel and WPS open in Chinese. `contestOf`: the contest's title, '' = none. */
export function logFile(actions: readonly ActionView[], contestOf: (row: ActionView) => string): Blob {
  const rows = actions.map((row) => [
    new Date(row.at).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }),
    row.actor,
    actWords(row.act),
    contestOf(row),
    actSubject(row.act, row.subject),
    row.reason,
  ]);
  const head = ['时间', '人员', '操作', '活动', '对象', '原因或来源'];
  return new Blob(['\ufeff', [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n'), '\r\n'], {
    type: 'text/csv;charset=utf-8',
  });
}

import type { ActionPage, ActionView } from '@zuimei/shared/staff.ts';
import { csvHead, csvMoment, csvRow } from '@zuimei/shared/text/csv.ts';
import { actSubject, actWords } from '../lib/actwords.ts';
import type { Answer } from '../lib/client.ts';

/**
 * The action log as a .csv, all of it that the filter finds however long it is: page by page, each put aside as a Blob, so that the browser need not
 * hold the lines. `read` gives the page before a line, null = the newest; `contestOf` the contest's title; `told` hears how many there are so far.
 */
export async function readLogFile(
  read: (before: number | null) => Promise<Answer<ActionPage>>,
  contestOf: (row: ActionView) => string,
  told: (lines: number) => void,
): Promise<Answer<{ blob: Blob; lines: number }>> {
  const parts = [csvHead(['时间', '人员', '操作', '活动', '对象', '原因或来源'])].map(blobOf);
  let lines = 0;
  for (let before: number | null = null; ; ) {
    const answer: Answer<ActionPage> = await read(before);
    if (!answer.ok) return answer;
    const { actions, next } = answer.value;
    parts.push(blobOf(actions.map((row) => rowOf(row, contestOf)).join('')));
    lines += actions.length;
    told(lines);
    if (next === null) return { ok: true, value: { blob: new Blob(parts, { type: TYPE }), lines } };
    before = next;
  }
}

const TYPE = 'text/csv;charset=utf-8';
const blobOf = (text: string): Blob => new Blob([text], { type: TYPE });

function rowOf(row: ActionView, contestOf: (row: ActionView) => string): string {
  return csvRow([
    csvMoment(row.at),
    row.actor,
    actWords(row.act),
    contestOf(row),
    actSubject(row.act, row.subject),
    row.reason,
  ]);
}

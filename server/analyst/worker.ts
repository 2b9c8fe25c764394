import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Answer, Ask, AskKind, Asks, Start } from './ask.ts';
import { createColumns } from './columns.ts';
import { compileFilter, pageOf, rowsOf } from './select.ts';
import { openWhereabouts } from './whereabouts.ts';

// The thread of one contest: its ballots as columns, and every answer that needs more of them than a page.
const start = workerData as Start;
const columns = createColumns(openWhereabouts(start.networks), start.expected);

const answers: { [Kind in AskKind]: (ask: Asks[Kind]['ask']) => Asks[Kind]['answer'] } = {
  take({ page }) {
    columns.take(page);
    const { size, ballots, at, bytes } = columns;
    return { entries: size, ballots, at: size > 0 ? (at[size - 1] ?? null) : null, bytes };
  },
  page: ({ filter, before, limit, view }) =>
    pageOf(compileFilter(columns, filter, view.shownUpTo), before, limit),
  rows: ({ filter, view }) => rowsOf(compileFilter(columns, filter, view.shownUpTo)),
};

function answerTo(ask: Ask): Answer {
  try {
    return { id: ask.id, answer: answers[ask.kind](ask as never) };
  } catch (error) {
    if (error instanceof Refusal)
      return { id: ask.id, refusal: { code: error.code, details: error.details } };
    return { id: ask.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (ask: Ask) => parentPort?.postMessage(answerTo(ask)));

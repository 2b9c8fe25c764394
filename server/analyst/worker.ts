import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { openAddresses } from '../address/address.ts';
import type { Answer, Ask, AskKind, Asks, Start } from './ask.ts';
import { createColumns } from './columns.ts';
import { createStudy } from './study.ts';
import { createWhereabouts } from './whereabouts.ts';

// The thread of one contest: its ballots as columns, and every answer that needs more of them than a page.
const start = workerData as Start;
const columns = createColumns(
  createWhereabouts(openAddresses(start.addressFile), start.networks),
  start.expected,
);
const study = createStudy(columns);

const answers: { [Kind in AskKind]: (ask: Asks[Kind]['ask']) => Asks[Kind]['answer'] } = {
  take({ page }) {
    columns.take(page);
    const { size, ballots, at, bytes } = columns;
    return { entries: size, ballots, at: size > 0 ? (at[size - 1] ?? null) : null, bytes };
  },
  page: ({ filter, before, limit, view }) => study.page(filter, before, limit, view),
  missing: ({ filter, view }) => study.missing(filter, view),
  devices: ({ start, most }) => study.devices(start, most),
  rows: ({ filter, view }) => study.rows(filter, view),
  rowsIn: ({ clusters, view }) => study.rowsIn(clusters, view),
  overview: ({ view }) => study.overview(view),
  detail: ({ cluster, view }) => study.detail(cluster, view),
  tally: ({ question, round, view }) => study.tally(question, round, view),
  figures: ({ view }) => study.figures(view),
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

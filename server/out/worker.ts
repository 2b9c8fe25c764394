import { parentPort } from 'node:worker_threads';
import type { PressAsk } from './paper.ts';

/** Only the library that is needed is loaded: the thread lives for one file. */
async function make(ask: PressAsk): Promise<Uint8Array> {
  if (ask.kind === 'workbook')
    return await (await import('./workbook.ts')).writeWorkbook(ask.tables, ask.bordered);
  if (ask.kind === 'landscape') return await (await import('./landscape.ts')).writeLandscape(ask);
  if (ask.kind === 'letter') return await (await import('./letter.ts')).writeLetter(ask.letter);
  return await (await import('./card.ts')).writeCard(ask.card);
}

parentPort?.once('message', (ask: PressAsk) => {
  void make(ask).then((bytes) => parentPort?.postMessage(new Uint8Array(bytes)));
});

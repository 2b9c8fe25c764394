import { parentPort } from 'node:worker_threads';
import type { CardsAsk, PressAsk } from './paper.ts';

/** Only the library that is needed is loaded. */
async function make(ask: PressAsk): Promise<Uint8Array> {
  if (ask.kind === 'workbook')
    return await (await import('./workbook.ts')).writeWorkbook(ask.tables, ask.bordered);
  if (ask.kind === 'landscape') return await (await import('./landscape.ts')).writeLandscape(ask);
  if (ask.kind === 'letter') return await (await import('./letter.ts')).writeLetter(ask.letter);
  if (ask.kind === 'bulletin') return await (await import('./bulletin.ts')).writeBulletin(ask.bulletin);
  return await (await import('./card.ts')).writeCard(ask.card);
}

async function makeAll(ask: PressAsk | CardsAsk): Promise<Uint8Array[]> {
  const asks = ask.kind === 'cards' ? ask.cards.map((card) => ({ kind: 'card' as const, card })) : [ask];
  const files: Uint8Array[] = [];
  for (const one of asks) files.push(new Uint8Array(await make(one)));
  return files;
}

parentPort?.on('message', (ask: PressAsk | CardsAsk) => {
  void makeAll(ask).then((files) => parentPort?.postMessage(files));
});

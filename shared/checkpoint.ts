import { fromBase64, toBase64 } from './bytes.ts';
import { Refusal } from './refusal.ts';

/** C2SP tlog-checkpoint: the text of the note by which a log says what its tree is. */
export interface Checkpoint {
  /** The log's identity, here host/slug. */
  origin: string;
  /** Leaves in the tree. */
  size: number;
  root: Uint8Array;
}

/** The note text: origin, size and root, a line each. Refuses as parseCheckpoint. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  const body = `${origin}\n${size}\n${toBase64(root)}\n`;
  parseCheckpoint(body);
  return body;
}

/** Note text → checkpoint; extension lines are passed over. Refuses any other form with `bad_request` {part: 'checkpoint'}. */
export function parseCheckpoint(body: string): Checkpoint {
  const [origin = '', count = '', encoded = '', ...rest] = body.split('\n');
  const size = Number(count);
  const root = fromBase64(encoded);
  const ends = rest.at(-1) === '' && !rest.slice(0, -1).includes('');
  if (
    origin === '' ||
    !/^(?:0|[1-9]\d{0,15})$/.test(count) ||
    !Number.isSafeInteger(size) ||
    !root?.length ||
    !ends
  )
    throw new Refusal('bad_request', { part: 'checkpoint' });
  return { origin, size, root };
}

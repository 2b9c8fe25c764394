import { fromBase64, toBase64 } from '../bytes.ts';
import { Refusal } from '../refusal.ts';

/** C2SP tlog-checkpoint: the text of the note by which a log says what its tree is. */
export interface Checkpoint {
  /** The log's identity, here host/slug. */
  origin: string;
  /** Leaves in the tree. */
  size: number;
  root: Uint8Array;
  /** Where the site's action log stood when it was signed; left out before the first act. */
  acts?: ActsHead;
}

/** The newest line of the action log: its place, from 1, and its link (server/log/chain.ts), which says nothing of what was done. */
export interface ActsHead {
  place: number;
  /** 32 bytes. */
  link: Uint8Array;
}

/** The note text: origin, size and root, a line each, and an extension line `acts <place> <link>`. Refuses as parseCheckpoint. */
export function formatCheckpoint({ origin, size, root, acts }: Checkpoint): string {
  const extension = acts ? `acts ${acts.place} ${toBase64(acts.link)}\n` : '';
  const body = `${origin}\n${size}\n${toBase64(root)}\n${extension}`;
  parseCheckpoint(body);
  return body;
}

/** Note text → checkpoint; other extension lines are passed over. Refuses any other form with `bad_request` {part: 'checkpoint'}. */
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
  const acts = rest.map(actsOf).find((one) => one !== null);
  return { origin, size, root, ...(acts ? { acts } : {}) };
}

function actsOf(line: string): ActsHead | null {
  const [, place = '', encoded = ''] = /^acts ([1-9]\d{0,14}) (\S{44})$/.exec(line) ?? [];
  const link = fromBase64(encoded);
  return link?.length === 32 ? { place: Number(place), link } : null;
}

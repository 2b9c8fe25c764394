import { openNote, type VerifierKey } from '../note.ts';
import { Refusal } from '../refusal.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';

/**
 * form: no signed checkpoint at all · unsigned: not signed by this log · signature: by this log's name and key id, but the signature is
 * wrong · origin: signed by the key for another log.
 */
export type SignedFault = 'form' | 'unsigned' | 'signature' | 'origin';

export type Signed = { ok: true; checkpoint: Checkpoint } | { ok: false; fault: SignedFault };

/**
 * A checkpoint that a log's key signed, from wherever it was kept: line ends of other systems, blanks around it and a lost last newline do
 * not matter. Never rejects.
 */
export async function openSigned(note: string, key: VerifierKey): Promise<Signed> {
  const text = `${note.replaceAll('\r\n', '\n').trim()}\n`;
  try {
    const checkpoint = parseCheckpoint((await openNote(text, [key])).text);
    return checkpoint.origin === key.name ? { ok: true, checkpoint } : { ok: false, fault: 'origin' };
  } catch (error) {
    const fault = error instanceof Refusal && error.details.part === 'note' ? error.details.fault : '';
    return { ok: false, fault: fault === 'signature' || fault === 'unsigned' ? fault : 'form' };
  }
}

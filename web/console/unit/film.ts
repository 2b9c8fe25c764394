import { computed, ref } from 'vue';
import { type FilmView, foreignCodec, PIECE_BYTES, readShape } from '@zuimei/shared/film.ts';
import type { AttachmentView } from '@zuimei/shared/nomination.ts';
import { type Answer, api, type Fault } from '../lib/client.ts';
import { frameOfFilm } from './picture.ts';

/** Between tries while the line is gone; it is also tried at once when the browser says that the line is back. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 20_000];
/** So long it goes on by itself; then the person decides. */
const PATIENCE_MS = 20 * 60_000;
const PASSING: readonly Fault['code'][] = ['lost', 'busy', 'under_way', 'too_many_requests'];

/** What stands in the way of sending this file as a film, as the server would say it; null = nothing. */
async function filmFault(file: File): Promise<Fault | null> {
  const told = (code: Fault['code'], details = {}): Fault => ({
    code,
    details: { name: file.name, ...details },
    retryAfterMs: null,
  });
  try {
    const shape = await readShape(
      file.size,
      async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
    );
    const codec = shape && foreignCodec(shape);
    if (!shape || codec === '') return told('file_refused');
    return codec === null ? null : told('film_codec', { codec });
  } catch {
    // A file that cannot be read here any more: the sending will say so.
    return null;
  }
}

/**
 * Sends a film in pieces, from where the server has it. While the line is gone it waits and goes on by itself; after the page was loaded
 * anew the same file goes on where it was. `stop` leaves what was sent for a day.
 */
export function useFilm(nomination: number) {
  const share = ref(0);
  const waiting = ref(false);
  const name = ref('');
  let stopped = false;
  let hasten = (): void => {};

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      hasten = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Asks until there is a definite answer, or patience ends. */
  async function persist<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const until = Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      const answer = await ask();
      if (answer.ok || !PASSING.includes(answer.fault.code) || stopped || Date.now() > until) {
        waiting.value = false;
        return answer;
      }
      waiting.value = answer.fault.code === 'lost';
      await pause(answer.fault.retryAfterMs ?? PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0);
    }
  }

  async function sendPieces(film: FilmView, file: File): Promise<Fault | null> {
    for (let at = film.received; at < file.size && !stopped; ) {
      share.value = at / file.size;
      const path = { id: nomination, film: film.id, at };
      const piece = file.slice(at, at + PIECE_BYTES);
      const answer = await persist(() =>
        api.piece('/api/console/unit/nominations/:id/films/:film/:at', path, piece),
      );
      if (!answer.ok) return answer.fault;
      at = answer.value.received;
    }
    return null;
  }

  /** null = it was stopped. `framed`: a page shows it among pictures, by a still frame. */
  async function send(field: string, file: File, framed: boolean): Promise<Answer<AttachmentView> | null> {
    stopped = false;
    share.value = 0;
    name.value = file.name;
    const onLine = (): void => hasten();
    window.addEventListener('online', onLine);
    try {
      const fault = await filmFault(file);
      if (fault) return { ok: false, fault };
      const frame = framed ? await frameOfFilm(file) : null;
      const asked = { name: file.name, size: file.size, modified: file.lastModified };
      const begun = await persist(() =>
        api.post('/api/console/unit/nominations/:id/films/:field', { id: nomination, field }, asked),
      );
      if (!begun.ok) return begun;
      const broken = await sendPieces(begun.value, file);
      if (stopped) return null;
      if (broken) return { ok: false, fault: broken };
      share.value = 1;
      return await persist(() => {
        const form = new FormData();
        form.append('frame', frame ? 'sent' : '');
        if (frame) form.append('file', frame, 'frame.jpg');
        const at = { id: nomination, film: begun.value.id };
        return api.upload('/api/console/unit/nominations/:id/films/:film/whole', at, form);
      });
    } finally {
      window.removeEventListener('online', onLine);
      name.value = '';
      waiting.value = false;
    }
  }

  function stop(): void {
    stopped = true;
    hasten();
  }

  const going = computed(() => name.value !== '');
  const words = computed(() => {
    if (waiting.value) return '网络断开了，恢复后自动接着传';
    return share.value < 1 ? `正在上传 ${name.value}` : `正在检查 ${name.value}`;
  });
  return { share, words, going, send, stop };
}

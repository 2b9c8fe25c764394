import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { type Ballot, send, voterOf } from './crowd.ts';

export interface Acknowledged {
  ballot: Ballot;
  receipt: Receipt;
}

/** People who vote for as long as it goes on, each sending the same ballot, as the page does, until there is a clear answer. */
export interface Stream {
  readonly acknowledged: Acknowledged[];
  /** Answers other than a receipt that ended a ballot, by code. */
  readonly refused: Map<string, number>;
  /** How often there was no answer, or `busy`. */
  readonly unclear: number;
  /** The longest time without a receipt since this was last asked, ms. */
  gap(): number;
  /** No new ballots from now on; resolves when all that were sent have a clear answer. */
  pause(): Promise<void>;
  resume(): void;
}

const LANES = 24;

export function openStream(slug: string, urls: () => readonly string[]): Stream {
  const acknowledged: Acknowledged[] = [];
  const refused = new Map<string, number>();
  let unclear = 0;
  let going: Promise<void>[] = [];
  let paused = true;
  let lastAt = Date.now();
  let longest = 0;

  async function vote(nth: number): Promise<void> {
    const ballot = voterOf(slug)();
    for (let tries = nth; ; tries++) {
      const { status, body } = await send(urls()[tries % urls().length] ?? '', ballot);
      if (status === 201) {
        acknowledged.push({ ballot, receipt: body as Receipt });
        longest = Math.max(longest, Date.now() - lastAt);
        lastAt = Date.now();
        return;
      }
      if (status !== 0 && status < 500 && status !== 429) {
        const code = body.code ?? String(status);
        refused.set(code, (refused.get(code) ?? 0) + 1);
        return;
      }
      unclear += 1;
      await sleep(50);
    }
  }

  async function lane(nth: number): Promise<void> {
    while (!paused) await vote(nth);
  }

  return {
    acknowledged,
    refused,
    get unclear() {
      return unclear;
    },
    gap() {
      const gap = Math.max(longest, Date.now() - lastAt);
      longest = 0;
      return gap;
    },
    async pause() {
      paused = true;
      await Promise.all(going);
    },
    resume() {
      paused = false;
      lastAt = Date.now();
      going = Array.from({ length: LANES }, (_, nth) => lane(nth));
    },
  };
}

import { client } from '../../lib/client.ts';
import { createSolver, type Solver } from './solver.ts';
import type { Stage } from './stage.ts';

/** After this long the question is offered more plainly; the work goes on. */
const LONG_MS = 30_000;
/** Asked more often than this for one ballot, work leads nowhere, and it is the question's turn. */
const MOST_TURNS = 3;

export interface Proof {
  /**
   * Resolves to what the ballot is to bring, however long the voter needs; '' = send it without, for a new challenge. `wrong`: what was
   * brought before was not taken. One call at a time.
   */
  bring(challenge: string | null, wrong: boolean): Promise<string>;
  /** The voter would rather answer a question; also asks for it again. */
  ask(): Promise<void>;
  /** The voter would rather have the work done after all. */
  work(): void;
  answer(words: string): void;
}

/** The proof that one ballot is asked for, by work or by a question. `show` hears where it stands. */
export function createProof(slug: string, ballotId: string, show: (stage: Stage) => void): Proof {
  let solver: Solver | null = null;
  let settle: (proof: string) => void = () => {};
  let token = '';
  /** By question from now on: the voter wished it, or the work does not succeed here. */
  let byQuestion = false;
  let workable = true;
  let turns = 0;

  function deliver(proof: string): void {
    show({ kind: 'sending' });
    settle(proof);
  }

  function solve(challenge: string): void {
    let share: number | null = null;
    let long = false;
    const tell = (): void => show({ kind: 'solving', share, long });
    const mine = createSolver(challenge, (done) => {
      share = done;
      if (solver === mine) tell();
    });
    solver = mine;
    tell();
    const timer = setTimeout(() => {
      long = true;
      if (solver === mine) tell();
    }, LONG_MS);
    mine.proof
      .then(
        (proof) => {
          if (solver === mine) deliver(proof);
        },
        () => {
          if (solver !== mine) return;
          workable = false;
          void ask(false);
        },
      )
      .finally(() => clearTimeout(timer));
  }

  async function ask(again: boolean): Promise<void> {
    solver?.stop();
    solver = null;
    byQuestion = true;
    show({ kind: 'asking' });
    const reply = await client.question(slug, ballotId);
    if (!reply.ok) return show({ kind: 'unasked', workable });
    token = reply.value.token;
    show({ kind: 'question', question: reply.value, again, workable });
  }

  return {
    bring(challenge, wrong) {
      return new Promise((resolve) => {
        settle = resolve;
        turns++;
        if (byQuestion || turns > MOST_TURNS) void ask(wrong && byQuestion);
        else if (challenge === null) resolve('');
        else solve(challenge);
      });
    },
    ask: () => ask(false),
    work() {
      byQuestion = false;
      turns = 0;
      show({ kind: 'solving', share: null, long: false });
      settle('');
    },
    answer: (words) => deliver(`question:${token}:${words}`),
  };
}

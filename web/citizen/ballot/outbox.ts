import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import type { RefusalCode, RefusalDetails } from '@zuimei/shared/refusal.ts';
import { type Answer, client } from '../../lib/client.ts';
import { deviceId, newId } from '../../lib/identity.ts';
import { type Letter, nextStep, parseLetters, type Step } from '../../lib/outbox.ts';
import { keep, readStored } from '../../lib/storage.ts';
import { asksWechat, goPath, inWechat, refusalOf, type WechatOutcome } from '../../lib/wechat.ts';
import { useContest } from '../contest/contest.ts';
import type { Proof } from '../proof/proof.ts';
import type { Stage } from '../proof/stage.ts';
import { useMe } from './me.ts';
import { seenSoFar } from './visit.ts';

/** Where the latest ballot of this contest stands. `slow` = it did not get through at the first try. */
export type Sending =
  | { kind: 'sending' | 'slow'; letter: Letter; why: 'lost' | 'busy' | 'ticket' | 'wechat' | null }
  | { kind: 'proving'; letter: Letter; stage: Stage }
  | { kind: 'counted'; letter: Letter; receipt: Receipt }
  | { kind: 'refused'; letter: Letter; code: RefusalCode; details: RefusalDetails };

/** Ballots on their way, kept on the phone until a definite answer comes: over failures, time-outs and reloads. */
export const useOutbox = defineStore('outbox', () => {
  const me = useMe();
  const contest = useContest();
  const letters = ref<Letter[]>([]);
  const state = ref<Sending | null>(null);
  const timers = new Map<string, number>();
  const busy = new Set<string>();
  /** Of ballots that were asked for one. Kept only while the page is open: after a reload the server asks again. */
  const proofs = new Map<string, { proof: Proof; stage: Stage; brought: string }>();
  /** The contest for which WeChat is about to be asked who the visitor is. */
  let leaving: string | null = null;

  const underway = computed(() =>
    state.value ? ['sending', 'slow', 'proving'].includes(state.value.kind) : false,
  );
  /** The voter has to do something before the ballot can go on. */
  const needsVoter = computed(
    () =>
      state.value?.kind === 'proving' &&
      (state.value.stage.kind === 'question' || state.value.stage.kind === 'unasked'),
  );

  function save(): void {
    keep('outbox', letters.value.length > 0 ? letters.value : null);
    leave();
  }

  /** Writes the ballot down, then sends it. `followed`: its voter says that they follow the account by now. */
  function post(slug: string, picks: number[], followed = false): void {
    const letter: Letter = {
      slug,
      ballotId: newId(),
      picks,
      written: Date.now(),
      attempts: 0,
      uncertain: false,
      seen: seenSoFar(),
      ...(followed ? { followed } : {}),
    };
    letters.value = [...letters.value, letter];
    save();
    state.value = { kind: 'sending', letter, why: null };
    void send(letter, false);
  }

  /** Takes up what an earlier visit left. `outcome`: what WeChat has just said. */
  function resume(slug: string, outcome: WechatOutcome | null): void {
    letters.value = readStored('outbox', parseLetters) ?? [];
    const left = letters.value.find((letter) => letter.slug === slug);
    const stage = left && proofs.get(left.ballotId)?.stage;
    const code = outcome && left?.asked && !left.uncertain ? refusalOf[outcome] : null;
    if (left && stage) state.value = { kind: 'proving', letter: left, stage };
    else if (left && code) finish({ kind: 'refused', letter: left, code, details: {} });
    else if (left?.asked) state.value = { kind: 'sending', letter: left, why: null };
    else state.value = left ? { kind: 'slow', letter: left, why: 'lost' } : null;
    hasten();
  }

  /** Try now whatever waits: the network is back, or the page is in sight again. */
  function hasten(): void {
    leave();
    for (const letter of letters.value) if (!busy.has(letter.ballotId)) void send(letter, false);
  }

  async function send(letter: Letter, renew: boolean): Promise<void> {
    clearTimeout(timers.get(letter.ballotId));
    busy.add(letter.ballotId);
    const pass = await me.pass(letter.slug, renew);
    const proof = proofs.get(letter.ballotId)?.brought;
    let answer: Answer<Receipt>;
    if (pass === null) answer = unsent('lost');
    else if (pass.identity === 'browser' && !letter.uncertain && asksFor(letter.slug))
      answer = unsent('wechat_needed');
    else {
      keepLetter({ ...letter, uncertain: true });
      answer = await client.cast(letter.slug, {
        ballotId: letter.ballotId,
        picks: letter.picks,
        ticket: pass.ticket,
        ...(proof ? { proof } : {}),
        seen: { device: deviceId(), ...(letter.seen ?? seenSoFar()) },
      });
    }
    busy.delete(letter.ballotId);
    const step = nextStep(letter, answer, Math.random());
    // Nothing was sent, so `uncertain` keeps its value.
    if (pass === null && step.kind === 'again') step.letter.uncertain = letter.uncertain;
    await take(letter, step);
  }

  /** Does this contest, as far as it is on show, ask that WeChat knows its voters here? */
  function asksFor(slug: string): boolean {
    const { view } = contest;
    return view?.slug === slug && asksWechat(view.wechat, inWechat(navigator.userAgent));
  }

  async function take(letter: Letter, step: Step): Promise<void> {
    if (step.kind === 'counted') return finish({ kind: 'counted', letter, receipt: step.receipt });
    if (step.kind === 'refused')
      return finish({ kind: 'refused', letter, code: step.code, details: step.details });
    if (step.kind === 'look') {
      const found = await me.find(letter.slug, letter.ballotId);
      if (found) return finish({ kind: 'counted', letter, receipt: found });
      if (found === undefined) {
        const certain = { ...step.letter, uncertain: false };
        return await take(certain, nextStep(certain, unsent(step.code, step.details), 0));
      }
      return wait(step.letter, 5_000, false, 'lost');
    }
    if (step.kind === 'prove') return await prove(step);
    if (step.kind === 'identify') return identify(letter, step);
    wait(step.letter, step.afterMs, step.renew, step.why);
  }

  /** The letter is kept while WeChat is asked who casts it; it goes on when the page is opened anew. */
  function identify(before: Letter, { letter, code, details }: Extract<Step, { kind: 'identify' }>): void {
    // Of another contest: it is asked about when its page is open.
    if (contest.view?.slug !== letter.slug) return keepLetter(before);
    if (!contest.view.account || !inWechat(navigator.userAgent))
      return finish({ kind: 'refused', letter, code, details });
    busy.add(letter.ballotId);
    keepLetter(letter);
    state.value = { kind: 'sending', letter, why: unsure() ? 'lost' : 'wechat' };
    ask(letter.slug);
  }

  /** Asks WeChat who the visitor is: leaves the page, and comes back to it. */
  function ask(slug: string): void {
    leaving = slug;
    hasten();
  }

  /** May some ballot be counted under who the visitor is now? */
  function unsure(): boolean {
    return letters.value.some((letter) => letter.uncertain);
  }

  /** A visitor does not become somebody else before that is known: no ballot may be counted under both. */
  function leave(): void {
    if (leaving !== null && navigator.onLine && !unsure())
      location.replace(goPath(leaving, location.pathname));
  }

  /** Gets the proof that is asked for, by work or from the voter, and sends the letter with it. */
  async function prove({ letter, challenge, wrong }: Extract<Step, { kind: 'prove' }>): Promise<void> {
    const { ballotId, slug } = letter;
    busy.add(ballotId);
    keepLetter(letter);
    let proof = proofs.get(ballotId)?.proof;
    try {
      // Who is never asked never loads it.
      proof ??= (await import('../proof/proof.ts')).createProof(slug, ballotId, (stage) => {
        const known = proofs.get(ballotId);
        if (known) known.stage = stage;
        if (state.value?.letter.ballotId === ballotId) state.value = { kind: 'proving', letter, stage };
      });
    } catch {
      busy.delete(ballotId);
      return wait(letter, 5_000, false, 'lost');
    }
    proofs.set(ballotId, { proof, stage: { kind: 'sending' }, brought: '' });
    const brought = await proof.bring(challenge, wrong);
    proofs.set(ballotId, { proof, stage: { kind: 'sending' }, brought });
    void send(letter, false);
  }

  /** The proof of the ballot on show, for its voter to take part in. */
  function proofOnShow(): Proof | null {
    return (state.value && proofs.get(state.value.letter.ballotId)?.proof) ?? null;
  }

  function keepLetter(letter: Letter): void {
    letters.value = letters.value.map((one) => (one.ballotId === letter.ballotId ? letter : one));
    save();
  }

  function wait(letter: Letter, afterMs: number, renew: boolean, why: 'lost' | 'busy' | 'ticket'): void {
    keepLetter(letter);
    // A ticket a second too young is not worth telling.
    if (state.value?.letter.ballotId === letter.ballotId)
      state.value = { kind: why === 'ticket' ? 'sending' : 'slow', letter, why };
    const timer = window.setTimeout(() => void send(letter, renew), afterMs);
    timers.set(letter.ballotId, timer);
  }

  function finish(end: Extract<Sending, { kind: 'counted' | 'refused' }>): void {
    letters.value = letters.value.filter((one) => one.ballotId !== end.letter.ballotId);
    proofs.delete(end.letter.ballotId);
    save();
    if (state.value === null || state.value.letter.ballotId === end.letter.ballotId || !underway.value)
      state.value = end;
    void me.load(end.letter.slug);
  }

  return { letters, state, underway, needsVoter, post, resume, hasten, ask, proofOnShow };
});

/** As if the server had said so. */
function unsent(code: RefusalCode | 'lost', details: RefusalDetails = {}): Answer<Receipt> {
  return { ok: false, fault: { code, details, retryAfterMs: null } };
}

import { equalBytes, toBase64 } from '@zuimei/shared/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { addLines, cosign, type WitnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { checkConsistency } from '@zuimei/shared/merkle.ts';
import { openNote, parseNote, parseVerifierKey } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Remote } from './remote.ts';
import type { State } from './state.ts';

/** How one look at the log ended. */
export type Outcome =
  /** It has grown, and was cosigned. */
  | { kind: 'cosigned'; size: number; root: string }
  | { kind: 'unchanged'; size: number }
  /** Nothing could be judged: ask again later. */
  | { kind: 'unreachable'; why: string }
  /** Judged and written down, but the log did not take our line; it is offered again. */
  | { kind: 'declined'; why: string }
  /** What the log shows cannot follow from what it has shown before. */
  | { kind: 'fork'; why: string; kept: string | null; found: string };

export interface Watch {
  remote: Remote;
  signer: WitnessSigner;
  state: State;
  /** Must have the state on the disk when it resolves. */
  keep(state: State): Promise<void>;
  clock: () => number;
}

interface Seen {
  note: string;
  text: string;
  checkpoint: Checkpoint;
}

/**
 * Looks at the log once. It is cosigned only as an extension of what was cosigned before, and only once the state says so on the disk:
 * a witness that loses power between the two sends the kept line later, and can never vouch for two histories.
 */
export async function takeTurn(watch: Watch): Promise<Outcome> {
  const { remote, signer, keep, clock } = watch;
  const left = watch.state.sent ? null : await send(watch);
  if (left?.kind === 'unreachable') return left;
  const { state } = watch;
  const reply = await remote.checkpoint();
  if (!reply.ok) return { kind: 'unreachable', why: reply.why };
  const found = parseSeen(reply.value);
  if (!found) return { kind: 'unreachable', why: '取到的不是存证点' };
  const fork = (why: string): Outcome => ({ kind: 'fork', why, kept: state.note, found: found.note });
  const wrong = await judgeSigner(found, state.key);
  if (wrong) return fork(wrong);
  const kept = state.note === null ? null : parseSeen(state.note);
  if (kept) {
    const verdict = await compare(remote, state.key, kept, found);
    if (verdict.kind === 'fork') return fork(verdict.why);
    if (verdict.kind !== 'grown') return verdict.kind === 'unchanged' && left ? left : verdict;
  }
  const { size, root } = found.checkpoint;
  const cosignature = await cosign(found.text, signer, Math.floor(clock() / 1000));
  watch.state = { ...state, note: found.note, cosignature, sent: false };
  await keep(watch.state);
  return (await send(watch)) ?? { kind: 'cosigned', size, root: toBase64(root) };
}

/** Offers the kept line to the log; null once it is taken, or if there is none. */
async function send(watch: Watch): Promise<Outcome | null> {
  const { note, cosignature } = watch.state;
  if (note === null || cosignature === null) return null;
  const reply = await watch.remote.send(addLines(note, [cosignature]));
  if (!reply.ok) {
    const away = reply.status === null || reply.status >= 500 || reply.status === 429;
    return { kind: away ? 'unreachable' : 'declined', why: reply.why };
  }
  watch.state = { ...watch.state, sent: true };
  await watch.keep(watch.state);
  return null;
}

type Verdict =
  | { kind: 'grown' }
  | { kind: 'fork'; why: string }
  | Extract<Outcome, { kind: 'unchanged' | 'unreachable' }>;

async function compare(remote: Remote, key: string, kept: Seen, found: Seen): Promise<Verdict> {
  const [old, now] = [kept.checkpoint, found.checkpoint];
  if (now.size === old.size)
    return equalBytes(now.root, old.root)
      ? { kind: 'unchanged', size: now.size }
      : { kind: 'fork', why: '同样的账目数，根却不同：账本有两个版本' };
  if (now.size < old.size) return await judgeSmaller(remote, key, kept, found);
  const proof = await remote.consistency(old.size, now.size);
  if (!proof.ok) return { kind: 'unreachable', why: `一致性证明：${proof.why}` };
  const claim = { size1: old.size, root1: old.root, size2: now.size, root2: now.root, proof: proof.value };
  return checkConsistency(claim)
    ? { kind: 'grown' }
    : { kind: 'fork', why: '现在的账本不是由见证过的账本只增不改而来' };
}

/**
 * A smaller tree is an older one that some cache still holds if the log also still knows the larger one; else entries that were
 * vouched for are gone.
 */
async function judgeSmaller(remote: Remote, key: string, kept: Seen, found: Seen): Promise<Verdict> {
  const { size, root } = kept.checkpoint;
  const reply = await remote.signedAt(size);
  if (!reply.ok && reply.status !== 404) return { kind: 'unreachable', why: reply.why };
  const again = reply.ok ? parseSeen(reply.value) : null;
  const known = again && again.checkpoint.size === size && equalBytes(again.checkpoint.root, root);
  if (known && !(await judgeSigner(again, key))) return { kind: 'unreachable', why: '取到的存证点是旧的' };
  return {
    kind: 'fork',
    why: `账本变短了：见证过 ${size} 条，现在只有 ${found.checkpoint.size} 条`,
  };
}

function parseSeen(note: string): Seen | null {
  try {
    const { text } = parseNote(note);
    return { note, text, checkpoint: parseCheckpoint(text) };
  } catch {
    return null;
  }
}

/** What is wrong with who signed it, or null. */
async function judgeSigner({ note, checkpoint }: Seen, key: string): Promise<string | null> {
  const { name } = parseVerifierKey(key);
  if (checkpoint.origin !== name) return `账本换了名称：应为 ${name}，现为 ${checkpoint.origin}`;
  try {
    await openNote(note, [key]);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return '存证点不是由记下的账本公钥签名的';
  }
}

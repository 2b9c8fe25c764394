import { fromBase64 } from '@zuimei/shared/bytes.ts';
import { readChunks } from '../http/body.ts';

const PATIENCE_MS = 20_000;
const MOST_BYTES = 64_000;
const MOST_HASHES = 64;

/** What a log answered. `status` null = it was not reached, or what came was no answer of a log. `why` is for people. */
export type Reply<T> = { ok: true; value: T } | { ok: false; status: number | null; why: string };

/** A log as anybody may use it. Everything is asked for: nothing has to reach the witness from outside. */
export interface Remote {
  checkpoint(): Promise<Reply<string>>;
  /** The checkpoint that was signed at this size. */
  signedAt(size: number): Promise<Reply<string>>;
  consistency(size1: number, size2: number): Promise<Reply<Uint8Array[]>>;
  /** The log's verifier key as its site publishes it. */
  verifierKey(): Promise<Reply<string>>;
  /** Hands in a note with our line under it. */
  send(note: string): Promise<Reply<string>>;
}

/** The log at an address like https://vote.example.gov.cn/log/zuimei-2026; null if it is no such address. */
export function createRemote(address: string): Remote | null {
  const [, site = '', slug = ''] = /^(https?:\/\/[^?#]+?)\/log\/([a-z0-9-]{1,64})\/?$/.exec(address) ?? [];
  if (!URL.canParse(site)) return null;
  const log = `${site}/log/${slug}`;
  return {
    checkpoint: () => ask(`${log}/checkpoint`),
    signedAt: (size) => ask(`${log}/checkpoint/${size}`),
    async consistency(size1, size2) {
      const reply = await ask(`${log}/consistency/${size1}/${size2}`);
      return reply.ok ? parseHashes(reply.value) : reply;
    },
    async verifierKey() {
      const reply = await ask(`${site}/api/contests/${slug}`, {}, 4_000_000);
      return reply.ok ? parsePublished(reply.value) : reply;
    },
    send: (note) =>
      ask(`${log}/cosignature`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: note,
      }),
  };
}

async function ask(url: string, init: RequestInit = {}, mostBytes = MOST_BYTES): Promise<Reply<string>> {
  const tooLong = new Error('回答过长，不像是账本的回答');
  try {
    const reply = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    const chunks: Uint8Array[] = [];
    await readChunks(reply.body, mostBytes, tooLong, (chunk) => chunks.push(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    return reply.ok
      ? { ok: true, value: text }
      : { ok: false, status: reply.status, why: refusalOf(reply.status, text) };
  } catch (error) {
    if (error === tooLong) return { ok: false, status: null, why: tooLong.message };
    const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why =
      name === 'TimeoutError' ? '20 秒内没有回答' : (cause?.code ?? cause?.message ?? String(error));
    return { ok: false, status: null, why: `连不上（${why}）` };
  }
}

/** What a refusal of the log's says, for people. */
function refusalOf(status: number, text: string): string {
  let said: { code?: unknown; fault?: unknown } = {};
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    // A proxy's page: the status says enough.
  }
  const known: Record<string, string> = {
    not_sealed_yet: '账本还没有存证点',
    unsigned: '本机的公钥还没有登记，或已被移除：请审计人员在“存证与见证”里登记',
    time: '本机时间与服务器相差太多，请校准时钟',
    too_many_requests: '提交过于频繁',
  };
  const fault = typeof said.fault === 'string' ? said.fault : '';
  const code = typeof said.code === 'string' ? said.code : '';
  return known[fault] ?? known[code] ?? `服务器回答 ${status}${code ? `（${fault || code}）` : ''}`;
}

function parseHashes(text: string): Reply<Uint8Array[]> {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const hashes = lines.map(fromBase64).filter((hash) => hash?.length === 32);
  return hashes.length === lines.length && lines.length <= MOST_HASHES
    ? { ok: true, value: hashes as Uint8Array[] }
    : { ok: false, status: null, why: '取到的不是一致性证明' };
}

function parsePublished(text: string): Reply<string> {
  try {
    const { log } = JSON.parse(text) as { log?: { verifierKey?: unknown } };
    if (typeof log?.verifierKey === 'string') return { ok: true, value: log.verifierKey };
  } catch {
    // Falls through: it is no contest.
  }
  return { ok: false, status: null, why: '没有取到账本公钥' };
}

import { lookup as lookUpName } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

const PATIENCE_MS = 5_000;
const MOST_BYTES = 4_096;

/** What nobody outside can be reached at: this machine, its network, and what leads there in other clothes. */
const inside = new BlockList();
for (const [net, bits] of [
  ...[
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ],
  ...[
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ],
  ...[
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
] as [string, number][])
  inside.addSubnet(net, bits, 'ipv4');
/** Of IPv6 only what is given out to the world, without the ranges that carry an address of IPv4 or are for examples. */
const outside6 = new BlockList();
outside6.addSubnet('2000::', 3, 'ipv6');
const carrying = new BlockList();
for (const [net, bits] of [
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
] as [string, number][])
  carrying.addSubnet(net, bits, 'ipv6');

export function isOutside(address: string): boolean {
  if (!isIPv6(address)) return isIP(address) === 4 && !inside.check(address, 'ipv4');
  return outside6.check(address, 'ipv6') && !carrying.check(address, 'ipv6');
}

/**
 * Where a robot may be: https to a public address, or an origin that the operator named (WEBHOOK_ORIGINS), whatever it is. null = not there.
 * What a name stands for is looked at when the connection is made.
 */
export function targetAt(text: string, allowed: readonly string[]): URL | null {
  const url = URL.parse(text.trim());
  if (!url || url.username || url.password || url.href.length > 1_000) return null;
  if (allowed.includes(url.origin)) return url;
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  if (url.protocol !== 'https:' || !host.includes(isIP(host) === 6 ? ':' : '.')) return null;
  return isIP(host) > 0 && !isOutside(host) ? null : url;
}

/** Looks a name up and gives only addresses outside; those are what is connected to, so no second look-up can lead elsewhere. */
const lookupOutside: LookupFunction = (name, options, done) => {
  lookUpName(name, { ...options, all: true }, (error, found) => {
    const usable = (found ?? []).filter(({ address }) => isOutside(address));
    const [first] = usable;
    if (error || !first) done(error ?? new Error('inside'), '');
    else if (options.all) done(null, usable);
    else done(null, first.address, first.family);
  });
};

/** What came back, for people; ok: the robot took it. */
export interface Reply {
  ok: boolean;
  words: string;
}

/** POSTs a text in the format of 企业微信's robots. Follows no redirect, waits five seconds, reads four kilobytes, never throws. */
export async function post(url: URL, content: string, allowed: readonly string[]): Promise<Reply> {
  const named = allowed.includes(url.origin);
  const body = JSON.stringify({ msgtype: 'text', text: { content } });
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const sending = (url.protocol === 'http:' ? plainRequest : request)(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(named ? {} : { lookup: lookupOutside }),
  });
  sending.on('error', (error) => resolve({ ok: false, words: reachWords(error) }));
  sending.on('response', (reply) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    reply.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
      else reply.destroy();
    });
    const end = () => resolve(replyOf(reply.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')));
    reply.on('end', end);
    reply.on('error', end);
    reply.on('close', end);
  });
  sending.end(body);
  return await promise;
}

function reachWords(error: Error & { code?: string }): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return '5 秒内没有回答';
  if (error.message === 'inside') return '这个地址在内网，没有发送';
  return `连不上（${error.code ?? error.name}）`;
}

function replyOf(status: number, text: string): Reply {
  if (status >= 300 && status < 400) return { ok: false, words: `对方要求转到别处（${status}），没有跟随` };
  if (status < 200 || status >= 300) return { ok: false, words: `对方回答 HTTP ${status}` };
  const said = fieldsOf(text);
  const code = Number(said['errcode'] ?? 0);
  const message = String(said['errmsg'] ?? '').slice(0, 120);
  return code === 0
    ? { ok: true, words: `对方已收下${message ? `（${message}）` : ''}` }
    : { ok: false, words: `对方没有收下：${code} ${message}` };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

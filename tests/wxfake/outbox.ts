import { randomBytes, randomInt } from 'node:crypto';
import { decrypt, encrypt, signature } from './cipher.ts';
import { parseXml, writeXml } from './xml.ts';

/**
 * What the person sees: '' = nothing; a passive reply with all its fields; or, as type `fault`, WeChat's own line that the account is out of
 * order, with what was wrong.
 */
export type Reply = '' | { type: string; content: string; fields: Record<string, string> };

/** One try at the site's address. status 0 = no answer in time, or no connection. */
export interface Delivery {
  openid: string;
  /** '' for events, which have none. */
  msgId: string;
  type: string;
  attempt: number;
  status: number;
}

export interface Outbox {
  /** Posts it, signed, until it is answered: three times, five seconds each. Throws when there is no address to post to. */
  deliver(openid: string, fields: Record<string, string | number>): Promise<Reply>;
  /** WeChat's check when the address is entered in its console: true = echoed. */
  verifyUrl(): Promise<boolean>;
  deliveries: Delivery[];
  /** Increasing, and too long for a JavaScript number. */
  nextMsgId(): string;
}

export interface Sender {
  appId: string;
  token: string;
  /** 43 characters = messages go and come encrypted; null = in the clear. */
  aesKey: string | null;
  /** The account's own name, gh_…. */
  originalId: string;
}

const TRIES = 3;
const MOST_BYTES = 2048;
const OUT_OF_ORDER = '该公众号提供的服务出现故障，请稍后再试';

export function createOutbox(parts: {
  sender: Sender;
  callbackUrl: () => string | null;
  clock: () => number;
  patienceMs: number;
}): Outbox {
  const { sender, callbackUrl, clock, patienceMs } = parts;
  const { appId, token, aesKey, originalId } = sender;
  const deliveries: Delivery[] = [];
  // Later runs go on above: a site that lives longer than the fake must not take a new message for an old one.
  let msgId = BigInt(Date.now()) * 10_000n;

  /** The site's address with WeChat's signature of this moment. */
  function address(more: Record<string, string>): { url: URL; timestamp: string; nonce: string } {
    const base = callbackUrl();
    if (!base) throw new Error('callbackUrl is not set');
    const url = new URL(base);
    const timestamp = String(Math.floor(clock() / 1000));
    const nonce = String(randomInt(100_000_000, 2_000_000_000));
    const all = { signature: signature(token, timestamp, nonce), ...more, timestamp, nonce };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    return { url, timestamp, nonce };
  }

  function letter(openid: string, xml: string): { url: URL; body: string } {
    const { url, timestamp, nonce } = address({ openid });
    if (aesKey === null) return { url, body: xml };
    const sealed = encrypt(aesKey, appId, xml);
    url.searchParams.set('encrypt_type', 'aes');
    url.searchParams.set('msg_signature', signature(token, timestamp, nonce, sealed));
    return { url, body: writeXml({ ToUserName: originalId, Encrypt: sealed }) };
  }

  /** The fields of a reply; throws an Error that says what is wrong with it. */
  function open(body: string, openid: string): Record<string, string> {
    let fields = parseXml(body);
    if (aesKey !== null) {
      const { Encrypt = '', MsgSignature = '', TimeStamp = '', Nonce = '' } = fields;
      if (!/^\d+$/.test(TimeStamp) || Nonce === '') throw new Error('no TimeStamp or no Nonce');
      if (MsgSignature !== signature(token, TimeStamp, Nonce, Encrypt)) throw new Error('wrong MsgSignature');
      fields = parseXml(decrypt(aesKey, appId, Encrypt));
    }
    if (fields['ToUserName'] !== openid) throw new Error('a reply to somebody else');
    if (fields['FromUserName'] !== originalId) throw new Error('a reply of another account');
    if (!/^\d{10}$/.test(fields['CreateTime'] ?? '')) throw new Error('CreateTime is not in seconds');
    if (!fields['MsgType']) throw new Error('no MsgType');
    if (fields['MsgType'] === 'text' && !fields['Content']) throw new Error('no Content');
    if (Buffer.byteLength(fields['Content'] ?? '') > MOST_BYTES) throw new Error('Content is too long');
    return fields;
  }

  return {
    deliveries,
    async deliver(openid, fields) {
      const xml = writeXml({ ToUserName: originalId, FromUserName: openid, ...fields });
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        const { url, body } = letter(openid, xml);
        const answer = await post(url, body, patienceMs);
        deliveries.push({
          openid,
          msgId: String(fields['MsgId'] ?? ''),
          type: String(fields['Event'] ?? fields['MsgType']),
          attempt,
          status: answer?.status ?? 0,
        });
        if (!answer) continue;
        if (answer.status !== 200) return outOfOrder(`HTTP ${answer.status}`);
        if (answer.text === '' || answer.text === 'success') return '';
        try {
          const told = open(answer.text, openid);
          return { type: told['MsgType'] ?? '', content: told['Content'] ?? '', fields: told };
        } catch (error) {
          return outOfOrder(String(error));
        }
      }
      return outOfOrder(`${TRIES} times no answer`);
    },
    async verifyUrl() {
      const echostr = String(BigInt(`0x${randomBytes(7).toString('hex')}`));
      const { url } = address({ echostr });
      const reply = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
      return reply.status === 200 && (await reply.text()) === echostr;
    },
    nextMsgId: () => String(++msgId),
  };
}

function outOfOrder(reason: string): Reply {
  return { type: 'fault', content: OUT_OF_ORDER, fields: { reason } };
}

/** null = no connection, or no answer in time. */
async function post(
  url: URL,
  body: string,
  patienceMs: number,
): Promise<{ status: number; text: string } | null> {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml', 'User-Agent': 'Mozilla/4.0', Pragma: 'no-cache' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    });
    return { status: reply.status, text: await reply.text() };
  } catch {
    return null;
  }
}

import { randomBytes } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context as AnyContext, Hono } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { AnswerError } from '../http/answer.ts';
import { createLimit } from '../http/limit.ts';
import { originOf } from '../http/origin.ts';
import { sameText } from '../mac.ts';
import { passed } from '../patience.ts';
import { checkLength } from '../vote/request.ts';
import type { WechatAccount } from '../wechat/account.ts';
import type { Wechat } from '../wechat/wechat.ts';
import { type Chat, createChat } from './chat.ts';
import { openMessage, sealMessage, signatureOf } from './envelope.ts';
import { type Message, readFields, readMessage, writeReply, writeXml } from './message.ts';
import { brokenWords, hastyWords, lateWords } from './words.ts';

type Env = { Bindings: HttpBindings };
type Context = AnyContext<Env>;

/** A text is at most 2 KB; what else WeChat tells is longer. */
const MOST_BYTES = 16_384;
/** WeChat gives up after 5 s. */
const IN_TIME_MS = 4_500;
/** How far WeChat's clock and ours may be apart, and how long a call that was overheard can be repeated. */
const SIGNED_FOR_MS = 600_000;
/** Texts of one person in a minute. */
const CHATTER = { most: 30, mostKept: 200_000 };
/** As WeChat wants to hear that there is nothing to say. */
const NOTHING = 'success';

/** The account, as far as messages reach us by it. */
type Line = Pick<WechatAccount, 'aesKey' | 'appId'> & { token: string };

/**
 * GET  /wechat/message   WeChat, when the address is entered in its console: whoever signs with our token has their echo
 * POST /wechat/message   WeChat: a message or event, signed; encrypted exactly if there is a key. Answered in time
 * Without an account, or a token for messages, both are not_found.
 */
export function messageRoute(
  parts: Omit<Parameters<typeof createChat>[0], 'wechat'> & {
    wechat: Wechat | null;
    publicUrl: string | null;
    answerError: AnswerError;
  },
) {
  const { clock, wechat, answerError } = parts;
  const limit = createLimit(CHATTER);
  const taken = wechat?.account.token
    ? {
        line: { ...wechat.account, token: wechat.account.token } satisfies Line,
        chat: createChat({ ...parts, wechat }),
      }
    : null;

  function messages(): { line: Line; chat: Chat } {
    if (!taken) throw new Refusal('not_found');
    return taken;
  }

  /** Refuses with forbidden what WeChat did not sign just now. `sealed`: the text that is signed too. */
  function checkSigned(c: Context, token: string, name: string, ...sealed: string[]): void {
    const of = (key: string): string => c.req.query(key) ?? '';
    const [signature, timestamp, nonce] = [of(name), of('timestamp'), of('nonce')];
    if (!sameText(signature, signatureOf(token, timestamp, nonce, ...sealed))) throw new Refusal('forbidden');
    const apartMs = Math.abs(clock() - Number(timestamp) * 1000);
    if (!(apartMs <= SIGNED_FOR_MS)) throw new Refusal('forbidden');
  }

  /** Refuses with forbidden or bad_request what is not WeChat's. */
  async function receive(c: Context, { token, aesKey, appId }: Line): Promise<Message> {
    checkLength(c.req.header('content-length'), MOST_BYTES);
    // The body is not part of this signature; it is of the next.
    checkSigned(c, token, 'signature');
    let fields = readFields(await c.req.text());
    if (aesKey) {
      const sealed = fields?.get('Encrypt') ?? '';
      checkSigned(c, token, 'msg_signature', sealed);
      const opened = openMessage(sealed, { aesKey, appId });
      fields = opened === null ? null : readFields(opened);
    }
    const message = fields && readMessage(fields);
    if (!message) throw new Refusal('bad_request', { field: 'message' });
    return message;
  }

  /** What to say, in time; null = nothing. */
  async function answer(c: Context, chat: Chat, message: Message): Promise<string | null> {
    try {
      limit.take(message.from, clock());
    } catch {
      return message.kind === 'text' ? hastyWords : null;
    }
    const told = chat.answer(message, originOf(parts.publicUrl, c.env.incoming)).catch((error: unknown) => {
      // Logged as any other; but WeChat would show the sender its own words for a status that is not 200.
      answerError(error, { method: c.req.method, path: c.req.path });
      return message.kind === 'text' ? brokenWords : null;
    });
    const late = passed(IN_TIME_MS).then(() => (message.kind === 'text' ? lateWords : null));
    return await Promise.race([told, late]);
  }

  function reply({ token, aesKey, appId }: Line, message: Message, text: string): string {
    const xml = writeReply(message, text, clock());
    if (!aesKey) return xml;
    const Encrypt = sealMessage(xml, { aesKey, appId });
    const TimeStamp = Math.floor(clock() / 1000);
    const Nonce = randomBytes(8).toString('hex');
    const MsgSignature = signatureOf(token, String(TimeStamp), Nonce, Encrypt);
    return writeXml({ Encrypt, MsgSignature, TimeStamp, Nonce });
  }

  return new Hono<Env>()
    .get('/wechat/message', (c) => {
      checkSigned(c, messages().line.token, 'signature');
      return c.text(c.req.query('echostr')?.slice(0, 128) ?? '');
    })
    .post('/wechat/message', async (c) => {
      const { line, chat } = messages();
      const message = await receive(c, line);
      const text = await answer(c, chat, message);
      if (text === null) return c.text(NOTHING);
      return c.body(reply(line, message, text), 200, { 'Content-Type': 'application/xml; charset=utf-8' });
    });
}

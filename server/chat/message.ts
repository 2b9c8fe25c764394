import { scanXml } from '../document/xml.ts';

/** What a person sent to the account, or did with it. */
export interface Message {
  /** The account's own name, gh_…. */
  to: string;
  /** The person's openid. */
  from: string;
  /** ms; WeChat tells whole seconds. */
  sentAt: number;
  kind: 'text' | 'subscribe' | 'unsubscribe' | 'other';
  /** Of a text, else ''. */
  text: string;
  /** The same when WeChat sends it again; of a text its MsgId. */
  id: string;
}

const OPENID = /^[\w-]{1,64}$/;
const ID = /^\d{1,20}$/;

/** The elements right below <xml> by name; null = no such XML, one twice, or with a DOCTYPE (no entity is ever followed). */
export function readFields(xml: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const path: string[] = [];
  let twice = false;
  try {
    scanXml(xml, {
      open(name) {
        path.push(name);
        if (path.length !== 2) return;
        twice ||= fields.has(name);
        fields.set(name, '');
      },
      close: () => void path.pop(),
      text(text) {
        const [root, name] = path;
        if (path.length === 2 && root === 'xml' && name !== undefined)
          fields.set(name, `${fields.get(name) ?? ''}${text}`);
      },
    });
  } catch {
    return null;
  }
  return twice ? null : fields;
}

/** null = no message of WeChat's. */
export function readMessage(fields: ReadonlyMap<string, string>): Message | null {
  const of = (name: string): string => fields.get(name) ?? '';
  const [to, from, seconds, type] = [of('ToUserName'), of('FromUserName'), of('CreateTime'), of('MsgType')];
  if (!OPENID.test(to) || !OPENID.test(from) || !/^\d{1,10}$/.test(seconds) || type === '') return null;
  const id = of('MsgId');
  if (type === 'text' && !ID.test(id)) return null;
  return {
    to,
    from,
    sentAt: Number(seconds) * 1000,
    kind: type === 'text' ? 'text' : type === 'event' ? eventKind(of('Event')) : 'other',
    text: type === 'text' ? of('Content') : '',
    id: id || seconds,
  };
}

function eventKind(event: string): Message['kind'] {
  return event === 'subscribe' || event === 'unsubscribe' ? event : 'other';
}

/** The text that answers a message, as WeChat reads it. `now` in ms. */
export function writeReply(message: Pick<Message, 'to' | 'from'>, text: string, now: number): string {
  return writeXml({
    ToUserName: message.from,
    FromUserName: message.to,
    CreateTime: Math.floor(now / 1000),
    MsgType: 'text',
    Content: text,
  });
}

/** Numbers bare and the rest as CDATA. */
export function writeXml(fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `<${name}>${typeof value === 'number' ? value : cdata(value)}</${name}>`,
  );
  return `<xml>${lines.join('')}</xml>`;
}

/** The end mark inside a text is cut in two sections. */
function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

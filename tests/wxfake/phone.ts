import type { Codes } from './code.ts';
import type { Outbox, Reply } from './outbox.ts';
import { PERSON_COOKIE, type Someone, unionidOf } from './person.ts';

/** Somebody with WeChat; the same name is the same person. */
export interface FakePerson {
  readonly name: string;
  readonly openid: string;
  /** null while the fake's `unionids` is off. */
  readonly unionid: string | null;
  readonly follows: boolean;
  /** WeChat names them by an openid that stands for nobody, another one every time. */
  snapshot: boolean;
  /** A code as the authorization gives, without walking there. */
  code(): string;
  /** For a browser's context.addCookies: whoever opens the fake's pages there is this person. */
  cookie(): { name: string; value: string; url: string };
  /** Follows or leaves, and the site is told. quiet: the event is lost. resend: the last event once more, the same to the second. */
  follow(yes: boolean, how?: { quiet?: boolean; resend?: boolean }): Promise<Reply>;
  /** Sends a text. resend: with the MsgId and time of the last one, as WeChat does when it got no answer. */
  say(text: string, how?: { msgId?: string; resend?: boolean }): Promise<Reply>;
  /** Sends any other message or event: MsgType, Event and what belongs to it. */
  send(fields: Record<string, string | number>): Promise<Reply>;
}

/** What a person can do with WeChat. */
export function createPhone(
  person: Someone,
  parts: { url: string; codes: Codes; outbox: Outbox; clock: () => number; unionids: () => boolean },
): FakePerson {
  const { url, codes, outbox, clock, unionids } = parts;
  let said = { MsgId: '', CreateTime: 0 };
  let eventAtS = 0;
  const nowS = (): number => Math.floor(clock() / 1000);

  return {
    name: person.name,
    openid: person.openid,
    get unionid() {
      return unionids() ? unionidOf(person.name) : null;
    },
    get follows() {
      return person.follows;
    },
    get snapshot() {
      return person.snapshot;
    },
    set snapshot(yes) {
      person.snapshot = yes;
    },
    code: () => codes.issue(person),
    cookie: () => ({ name: PERSON_COOKIE, value: encodeURIComponent(person.name), url }),
    async follow(yes, { quiet = false, resend = false } = {}) {
      person.follows = yes;
      if (!resend) {
        eventAtS = nowS();
        if (yes) person.followedAt = clock();
      }
      if (quiet) return '';
      return await outbox.deliver(person.openid, {
        CreateTime: eventAtS,
        MsgType: 'event',
        Event: yes ? 'subscribe' : 'unsubscribe',
        EventKey: '',
      });
    },
    say(text, { msgId, resend = false } = {}) {
      if (!resend) said = { MsgId: msgId ?? outbox.nextMsgId(), CreateTime: nowS() };
      const { MsgId, CreateTime } = said;
      return outbox.deliver(person.openid, { CreateTime, MsgType: 'text', Content: text, MsgId });
    },
    send(fields) {
      const letter: Record<string, string | number> = { CreateTime: nowS(), ...fields };
      if (fields['MsgType'] !== 'event') letter['MsgId'] = outbox.nextMsgId();
      return outbox.deliver(person.openid, letter);
    },
  };
}

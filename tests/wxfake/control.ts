import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, html, type Room, redirect } from './answer.ts';
import { visitorOf } from './authorize.ts';
import type { Reply } from './outbox.ts';
import { awayPage, type Deed, faultKinds, panelPage } from './panel.ts';
import { PERSON_COOKIE } from './person.ts';
import type { WxFake } from './wxfake.ts';

const MOST_DEEDS = 20;
const AWAY_MS = 30_000;
/** The page that says so must be out before connections are cut. */
const LEAVE_MS = 300;

/**
 * The panel at / and what its forms do, /control/…. `voterCookie`: what makes this browser a voter of the site; it is dropped when the
 * developer becomes somebody else, as another person has another phone.
 */
export function controlRooms(
  fake: WxFake,
  { siteUrl, voterCookie }: { siteUrl: string; voterCookie: string },
): Record<string, Room> {
  const deeds: Deed[] = [];
  const note = (name: string, text: string, outcome: string): void => {
    deeds.unshift({ at: Date.now(), name, text, outcome });
    deeds.length = Math.min(deeds.length, MOST_DEEDS);
  };

  /** A form that does something and shows the panel again. */
  const form =
    (act: (field: (name: string) => string, me: string) => unknown): Room =>
    async ({ method, body, cookies }) => {
      if (method !== 'POST') return html('405', 405);
      const fields = new URLSearchParams(body);
      const me = visitorOf(cookies);
      try {
        await act((name) => fields.get(name)?.trim() ?? '', me);
      } catch (error) {
        note(me, '出错', error instanceof Error ? error.message : String(error));
      }
      return redirect('/', 303);
    };

  async function leave(): Promise<void> {
    await pause(LEAVE_MS);
    await fake.down();
    await pause(AWAY_MS);
    await fake.up();
  }

  return {
    '/': ({ cookies }) => html(panelPage(fake, { me: visitorOf(cookies), deeds, siteUrl })),
    '/favicon.ico': () => html('', 204),
    '/control/me': ({ method, body }): Answer => {
      if (method !== 'POST') return html('405', 405);
      const name = new URLSearchParams(body).get('name')?.trim() || '1';
      const kept = `${PERSON_COOKIE}=${encodeURIComponent(fake.person(name).name)}; Path=/; SameSite=Lax`;
      const dropped = `${voterCookie}=; Path=/; Max-Age=0`;
      const back = redirect('/', 303);
      return { ...back, headers: { ...back.headers, 'Set-Cookie': [kept, dropped] } };
    },
    '/control/follow': form(async (field, me) => {
      const yes = field('follow') === '1';
      note(me, yes ? '关注公众号' : '取消关注', outcomeOf(await fake.person(me).follow(yes)));
    }),
    '/control/snapshot': form((field, me) => {
      fake.person(me).snapshot = field('snapshot') === '1';
    }),
    '/control/say': form(async (field, me) => {
      const resend = field('resend') === '1';
      const reply = await fake.person(me).say(field('text'), { resend });
      note(me, `${resend ? '重发：' : ''}${field('text')}`, outcomeOf(reply));
    }),
    '/control/verify': form(async () => {
      note('', '验证服务器地址', (await fake.verifyUrl()) ? '通过' : '没有通过');
    }),
    '/control/rotate': form((field) => {
      const overlap = field('overlap') === '1';
      fake.rotate({ overlap });
      note('', '更换 access_token', overlap ? '旧的再用 5 分钟' : '旧的立即失效');
    }),
    '/control/fault': form((field) => {
      const kind = faultKinds[field('kind')];
      if (!kind) return;
      const times = Number(field('times')) || undefined;
      const path = field('path') || undefined;
      fake.fail({ ...kind.fault, ...(path ? { path } : {}), ...(times ? { times } : {}) });
      note('', `${path ?? '全部接口'} ${kind.label}`, times ? `${times} 次` : '直到恢复');
    }),
    '/control/heal': form(() => {
      fake.heal();
      fake.latencyMs = 0;
      note('', '恢复正常', '');
    }),
    '/control/switches': form((field) => {
      fake.latencyMs = Math.max(0, Number(field('latency')) || 0);
      fake.unionids = field('unionids') === '1';
    }),
    '/control/away': ({ method }) => {
      if (method !== 'POST') return html('405', 405);
      leave().catch((error) => console.error(error));
      note('', `断开 ${AWAY_MS / 1000} 秒`, '');
      return html(awayPage(AWAY_MS / 1000 + 1));
    },
  };
}

function outcomeOf(reply: Reply): string {
  if (reply === '') return '（没有回复）';
  return reply.fields['reason'] ? `${reply.content}（${reply.fields['reason']}）` : reply.content;
}

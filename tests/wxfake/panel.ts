import { escapeHtml } from './answer.ts';
import type { Fault } from './fault.ts';
import type { FakePerson } from './phone.ts';
import type { WxFake } from './wxfake.ts';

/** One thing a developer did, and what came of it. */
export interface Deed {
  at: number;
  /** Whose; '' = nobody's. */
  name: string;
  text: string;
  outcome: string;
}

/** What the switches of the panel do to calls. */
export const faultKinds: Record<string, { label: string; fault: Fault }> = {
  busy: { label: '系统繁忙（errcode -1）', fault: { errcode: -1 } },
  gateway: { label: '网关错误（HTTP 502）', fault: { status: 502 } },
  lost: { label: '已生效，答复丢失（HTTP 502）', fault: { status: 502, after: true } },
  hang: { label: '不答复', fault: { hang: true } },
  quota: { label: '超出次数（45009）', fault: { errcode: 45_009 } },
  token: { label: '凭据无效（40001）', fault: { errcode: 40_001 } },
  unauthorised: { label: '没有权限（48001）', fault: { errcode: 48_001 } },
};

const STYLE = `
body{font:16px/1.6 system-ui,sans-serif;margin:0 auto;padding:16px;max-width:960px;color:#1d2129;background:#f5f6f7}
h1{font-size:22px}h2{font-size:17px;margin:0 0 8px}
section{background:#fff;border-radius:8px;padding:16px;margin:12px 0}
form{display:inline-flex;gap:8px;flex-wrap:wrap;align-items:center;margin:4px 12px 4px 0}
input,select,button{font:inherit;padding:6px 10px;border:1px solid #a5abb5;border-radius:6px;background:#fff}
button{background:#0a6b3b;border-color:#0a6b3b;color:#fff;cursor:pointer}
button.plain{background:#fff;color:#0a6b3b}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 12px 4px 0;border-top:1px solid #e3e5e9;vertical-align:top}
code{font-size:14px;overflow-wrap:anywhere}small{color:#5b6270}`;

const PATHS = [
  '/connect/oauth2/authorize',
  '/sns/oauth2/access_token',
  '/cgi-bin/stable_token',
  '/cgi-bin/ticket/getticket',
  '/cgi-bin/user/info',
];

/** The developer's page: who I am in WeChat, what I do there, and how WeChat fails. */
export function panelPage(
  fake: WxFake,
  shown: { me: string; deeds: readonly Deed[]; siteUrl: string },
): string {
  const { me, deeds, siteUrl } = shown;
  const person = fake.person(me);
  return shell(
    '微信模拟台',
    `<h1>微信模拟台</h1>
<p>公众号 <code>${fake.appid}</code>，网站 <a href="${escapeHtml(siteUrl)}">${escapeHtml(siteUrl)}</a>（请用微信的浏览器标识打开）</p>
${meSection(fake, person)}
${saySection(person, deeds)}
${wechatSection(fake)}
${countSection(fake)}`,
  );
}

export function awayPage(seconds: number): string {
  return shell(
    '微信已断开',
    `<h1>微信已断开</h1><p>${seconds} 秒后恢复，本页会自动返回。</p>`,
    `<meta http-equiv="refresh" content="${seconds};url=/">`,
  );
}

function meSection(fake: WxFake, person: FakePerson): string {
  const names = [...new Set(['1', '2', '3', ...fake.people().map((one) => one.name)])];
  const choices = names.map((name) => option(name, called(name), name === person.name)).join('');
  return `<section><h2>我是谁</h2>
${form('me', `<select name="name" aria-label="换成">${choices}</select><button>换成此人</button>`)}
${form('me', '<input name="name" aria-label="新用户的名字" placeholder="新用户的名字" required><button class="plain">添加</button>')}
<p><small>换人等于换一部手机：本浏览器在网站上的投票身份一并清除。</small></p>
<table><tr><th>openid<td><code>${person.openid}</code><tr><th>unionid<td><code>${person.unionid ?? '（未开启）'}</code>
<tr><th>关注<td>${person.follows ? '已关注' : '未关注'} ${toggle('follow', person.follows, '关注', '取消关注')}
<tr><th>快照页<td>${person.snapshot ? '是，openid 每次不同' : '否'} ${toggle('snapshot', person.snapshot, '改为快照页', '改回正常')}
</table></section>`;
}

function saySection(person: FakePerson, deeds: readonly Deed[]): string {
  const rows = deeds.map(
    ({ at, name, text, outcome }) =>
      `<tr><td>${new Date(at).toLocaleTimeString('zh-CN')}<td>${escapeHtml(called(name))}<td>${escapeHtml(text)}<td>${escapeHtml(outcome).replaceAll('\n', '<br>')}`,
  );
  return `<section><h2>发消息给公众号（${escapeHtml(called(person.name))}）</h2>
${form('say', '<input name="text" aria-label="消息" placeholder="例如 3" required><label><input type="checkbox" name="resend" value="1"> 同一条再发一次</label><button>发送</button>')}
${form('verify', '<button class="plain">验证服务器地址</button>')}
<table><tr><th>时间<th>谁<th>做了什么<th>结果${rows.join('') || '<tr><td colspan="4">还没有'}</table></section>`;
}

function wechatSection(fake: WxFake): string {
  const kinds = Object.entries(faultKinds).map(([kind, { label }]) => option(kind, label));
  const paths = [option('', '全部接口'), ...PATHS.map((path) => option(path, path))];
  return `<section><h2>微信的状况</h2>
<p>${form('rotate', '<input type="hidden" name="overlap" value="1"><button class="plain">更换 access_token</button>')}
${form('rotate', '<button class="plain">更换，旧的立即失效</button>')}</p>
<p>${form('fault', `<select name="kind" aria-label="故障">${kinds.join('')}</select><select name="path" aria-label="接口">${paths.join('')}</select><input name="times" type="number" min="1" aria-label="次数" placeholder="次数，空为一直"><button>制造故障</button>`)}</p>
<p>${form('heal', '<button>恢复正常</button>')}${form('away', '<button class="plain">断开 30 秒</button>')}</p>
<p>${form('switches', `<label>延迟 <input name="latency" type="number" min="0" value="${fake.latencyMs}"> 毫秒</label><label><input type="checkbox" name="unionids" value="1"${fake.unionids ? ' checked' : ''}> 有 unionid</label><button class="plain">保存</button>`)}</p>
</section>`;
}

function countSection(fake: WxFake): string {
  const calls = fake
    .callCounts()
    .map(([path, count]) => `<tr><td><code>${escapeHtml(path)}</code><td>${count}`);
  const tries = fake.deliveries
    .slice(-8)
    .reverse()
    .map(
      ({ type, msgId, attempt, status }) =>
        `<tr><td>${escapeHtml(type)} <code>${msgId}</code><td>第 ${attempt} 次，${status || '没有答复'}`,
    );
  return `<section><h2>调用次数</h2><table>${calls.join('') || '<tr><td>还没有'}</table></section>
<section><h2>推送</h2><table>${tries.join('') || '<tr><td>还没有'}</table></section>`;
}

function called(name: string): string {
  return /^\d+$/.test(name) ? `${name} 号用户` : name;
}

function toggle(name: string, is: boolean, on: string, off: string): string {
  const next = is ? off : on;
  return form(
    name,
    `<input type="hidden" name="${name}" value="${is ? 0 : 1}"><button class="plain">${next}</button>`,
  );
}

function form(action: string, inner: string): string {
  return `<form method="post" action="/control/${action}">${inner}</form>`;
}

function option(value: string, label: string, selected = false): string {
  return `<option value="${escapeHtml(value)}"${selected ? ' selected' : ''}>${escapeHtml(label)}</option>`;
}

function shell(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>${head}<style>${STYLE}</style></head><body>${body}</body></html>`;
}

import { randomUUID } from 'node:crypto';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import { seasonDefaults } from '@zuimei/shared/publicity/season.ts';

/** What stands in the world that the bodies speak of. */
export interface Known {
  plan: ContestPlan;
  nomination: number;
  ticket: string;
  witness: string;
}

const REASON = '岗位调整，按办公会意见';
const MOMENT = '2026-06-01T08:00:00.000Z';

/** A body with all its fields for every route that takes one; whether it is accepted does not matter, only that each field is looked at. */
export function bodiesFor({ plan, nomination, ticket, witness }: Known): Record<string, unknown> {
  const reasoned = { reason: REASON };
  const contest = '/api/console/contests/:slug';
  const entry = `${contest}/nominations/:id`;
  const unit = '/api/console/unit/nominations';
  const draft = {
    name: '单位甲',
    kind: 'town',
    quota: 3,
    categoryQuota: { person: 2 },
    contact: { name: '联系人', phone: '13800000100' },
  };
  const opinion = { verdict: 'agree', words: '同意', signer: '张三', on: '2026-03-01', file: null };
  const filter = {
    from: MOMENT,
    to: MOMENT,
    candidate: 1,
    verdict: 'held',
    region: '云岭',
    net: '192.0.2.0/24',
  };
  const ruled = {
    verb: 'void',
    scope: { by: 'filter', filter },
    part: {
      verdict: 'held',
      without: { gaps: [0], nets: ['192.0.2.0/24'], devices: ['e7d10089a1b2c3d4'], entries: [3] },
    },
  };
  const seat = `${contest}/panels/seats/:seat`;
  return {
    'POST /api/contests/:slug/ballots': {
      ballotId: randomUUID(),
      picks: [1, 2],
      ticket,
      proof: 'v1.x',
      seen: { device: randomUUID(), dwellMs: 20_000, touches: 5 },
    },
    'POST /api/console/sign-in': { login: 'nobody', password: '青石镇的早晨很安静呀' },
    'POST /api/console/sign-in/code': { ticket: 'x', code: '123456' },
    'POST /api/console/invite/open': { token: 'a'.repeat(43), ticket: 'x', pass: '123456' },
    'POST /api/console/invite/join': {
      token: 'a'.repeat(43),
      ticket: 'x',
      login: 'nobody',
      password: '青石镇的早晨很安静呀',
      code: '123456',
    },
    'POST /api/console/account/password': { current: 'x', next: '青石镇的早晨很安静呀' },
    'POST /api/console/account/news/seen': { upTo: 1 },
    'POST /api/console/account/reauth': { by: 'code', code: '123456' },
    'POST /api/console/account/totp/start': { password: 'x' },
    'POST /api/console/account/totp': { ticket: 'x', code: '123456' },
    'POST /api/console/account/recovery': { password: 'x' },
    'POST /api/console/staff': { name: '李明', login: 'liming', roles: ['expert'], contests: ['t-1'] },
    'POST /api/console/staff/requests/:id/refuse': reasoned,
    'PATCH /api/console/staff/:id/roles': { roles: ['expert'], ...reasoned },
    'PATCH /api/console/staff/:id/contests': { contests: ['t-1'], ...reasoned },
    'POST /api/console/staff/:id/disable': reasoned,
    'POST /api/console/staff/:id/enable': reasoned,
    'POST /api/console/staff/:id/link': reasoned,
    'POST /api/console/staff/:id/sessions/end': reasoned,
    'PUT /api/console/calendar/:year': {
      version: 1,
      source: '国务院办公厅关于2026年部分节假日安排的通知',
      days: [{ day: '2026-10-01', kind: 'off', name: '国庆节' }],
      ...reasoned,
    },
    'POST /api/console/contests': {
      preset: 'zuimei-district',
      title: '最美应急人',
      organizer: '云岭区应急管理局',
      start: MOMENT,
      slug: 'zuimei-9',
    },
    [`POST ${contest}/copy`]: { title: '最美应急人', units: true, slug: 'zuimei-9' },
    [`PUT ${contest}/plan`]: { plan, version: 0 },
    [`POST ${contest}/plan/publish`]: { version: 0, ...reasoned },
    [`POST ${contest}/plan/discard`]: { version: 0 },
    [`POST ${contest}/archive`]: { ...reasoned, skip: '' },
    [`POST ${contest}/erase`]: { ...reasoned, confirm: '最美应急人', trace: false },
    [`POST ${contest}/erase/decide`]: { ...reasoned, granted: true },
    [`POST ${contest}/pause`]: reasoned,
    [`POST ${contest}/resume`]: reasoned,
    [`POST ${contest}/extend`]: { round: 0, closes: MOMENT, ...reasoned },
    [`POST ${contest}/announcements`]: { text: '公告一条', until: MOMENT },
    [`POST ${contest}/units`]: draft,
    [`PUT ${contest}/units/:id`]: draft,
    [`POST ${contest}/units/rows`]: {
      rows: [
        {
          ...{ row: 2, name: '单位甲', kind: '镇街', parent: '单位乙', quota: '3', contact: '联系人' },
          ...{ phone: '13800000100', categoryQuota: { person: '2' } },
        },
      ],
    },
    [`POST ${contest}/units/import`]: {
      units: [draft],
      updates: [{ ...draft, parent: '单位乙', id: 1, seen: 'a' }],
      file: '单位.xlsx',
    },
    [`POST ${contest}/imports/:id/take`]: {
      units: [{ name: '单位甲', unit: 1, kind: 'town' }],
      lines: [{ at: 0, how: 'new', category: 'person', values: { name: '林立夏' } }],
    },
    [`POST ${contest}/units/:id/account`]: { login: 'danwei' },
    [`POST ${contest}/units/links`]: { ids: [1], ...reasoned },
    [`POST ${contest}/units/links.xlsx`]: { ids: [1], ...reasoned },
    [`POST ${contest}/units/:id/phone`]: reasoned,
    [`PUT ${contest}/webhook`]: { address: 'https://robot.example/send', events: ['deadline'], on: true },
    [`POST ${contest}/documents/submit`]: { ids: [nomination], consentOn: '2026-03-01' },
    [`POST ${contest}/nominations/decide`]: {
      ids: [nomination],
      verdict: 'return',
      ...reasoned,
      consentOn: '2026-03-01',
      versions: { [nomination]: 1 },
    },
    [`PUT ${entry}`]: {
      version: 1,
      values: { name: '林立夏', phone: '13800000101', deeds: '二〇二四年汛期值守二十一天。' },
      kind: 'person',
      category: 'person',
      consent: { by: '林立夏', on: '2026-03-01', file: randomUUID() },
    },
    [`PUT ${entry}/opinions/:step`]: opinion,
    [`POST ${entry}/reveal`]: { field: 'phone', ...reasoned },
    [`POST ${entry}/screening`]: { points: 80, remark: '好' },
    [`POST ${contest}/shortlist/numbers`]: { numbers: [{ id: nomination, number: 1 }] },
    [`POST ${contest}/shortlist/order`]: { by: 'name' },
    [`POST ${contest}/shortlist/publish`]: reasoned,
    [`POST ${contest}/candidates/:number/withdraw`]: reasoned,
    [`POST ${contest}/candidates/:number/correct`]: {
      ...reasoned,
      change: {
        name: '林立夏',
        unit: '单位甲',
        post: '干事',
        years: '9年',
        reason: '连续九年值守防汛一线。',
        deeds: [{ title: '防汛', paragraphs: ['二〇二四年汛期值守二十一天。'] }],
        honours: ['先进个人'],
      },
    },
    [`POST ${contest}/out/:what`]: {
      format: 'xlsx',
      full: false,
      ...reasoned,
      scope: 'sent',
      sender: { unit: '单位甲', contact: '联系人', phone: '13800000100' },
      nomination,
    },
    [`POST ${contest}/reports`]: { note: '核对完毕', verify: true },
    [`POST ${contest}/reports/:no/sign`]: { digest: '0'.repeat(64) },
    [`POST ${contest}/rulings`]: {
      ...ruled,
      ...reasoned,
      reference: '文号',
    },
    [`POST ${contest}/rulings/preview`]: { ...ruled, before: 9 },
    [`POST ${contest}/rulings/:id/remarks`]: { text: '已与技术单位核对' },
    [`POST ${contest}/rulings/:id/confirm`]: { ...reasoned, digest: 'a'.repeat(64) },
    [`POST ${contest}/rulings/:id/decline`]: reasoned,
    [`POST ${contest}/rulings/:id/withdraw`]: reasoned,
    [`PUT ${contest}/sheet`]: {
      lines: { 1: { points: { deed: 100 }, abstained: false, note: '好' } },
      version: 0,
    },
    [`POST ${contest}/sheet/recusals`]: { numbers: [1], ground: 'declared' },
    [`POST ${contest}/sheet/lock`]: { version: 0, abstained: [1] },
    [`POST ${contest}/sheet/ask`]: reasoned,
    [`POST ${contest}/panels/seats`]: {
      seats: [{ panel: 'expert', name: '评委甲', unit: '单位甲', kind: 'full' }],
    },
    [`POST ${contest}/panels/reveal`]: reasoned,
    [`POST ${seat}/link`]: reasoned,
    [`POST ${seat}/state`]: { state: 'absent', ...reasoned },
    [`POST ${seat}/recusals`]: { number: 1, ...reasoned },
    [`POST ${seat}/late`]: reasoned,
    [`POST ${seat}/reopen`]: reasoned,
    [`POST ${seat}/reopen/decide`]: { granted: true, ...reasoned },
    [`POST ${seat}/paper`]: {
      lines: { 1: { points: { deed: 100 }, abstained: false, note: '好' } },
      reference: '评分表第1号',
    },
    [`POST ${contest}/standing`]: reasoned,
    [`POST ${contest}/standing/held`]: { ballots: 1, ...reasoned },
    [`POST ${contest}/standing/ties`]: {
      rule: 'lot',
      secrets: { organizer: 'a'.repeat(64), auditor: 'b'.repeat(64) },
      ...reasoned,
    },
    [`POST ${contest}/choice`]: { unfilled: 0, ...reasoned },
    'POST /api/contests/:slug/objections/state': { code: 'ABCD-EFGH-JKLM-NPQR' },
    [`POST ${contest}/bundle`]: { edition: 'public' },
    [`POST ${contest}/parcel`]: { ids: [nomination], full: false, ...reasoned },
    [`POST ${contest}/closing`]: { ...reasoned, reference: '云应急〔2026〕12号' },
    [`POST ${contest}/closing/confirm`]: { digest: 'ab'.repeat(32) },
    [`POST ${contest}/closing/decline`]: reasoned,
    [`POST ${contest}/course/count`]: reasoned,
    [`POST ${contest}/course/notices`]: {
      office: {
        organ: '政治处',
        person: '孙科长',
        telephone: '023-80000001',
        address: '公园路 1 号',
        email: '',
      },
      text: ['现予公示。'],
      ...{ days: ['2026-03-02'], numbers: [1] },
      ...reasoned,
    },
    [`POST ${contest}/course/notices/:no/extend`]: { days: 1, ...reasoned },
    [`POST ${contest}/course/notices/:no/stop`]: reasoned,
    [`POST ${contest}/course/promotions`]: { fallen: 1, ...reasoned },
    [`POST ${contest}/course/result`]: {
      ...{ document: '〔2026〕1号', date: '2026-03-01', certificate: '授予〔姓名〕。' },
      ...reasoned,
    },
    [`POST ${contest}/certificates`]: { serials: ['t-1-2026-001'] },
    [`POST ${contest}/course/revocations`]: { serial: 't-1-2026-001', ...reasoned },
    [`POST ${contest}/course/revocations/:id/decide`]: { granted: true, ...reasoned },
    [`POST ${contest}/course/recommendations`]: {
      ...{ numbers: [1], to: '省厅', opinion: '同意推荐。' },
      ...reasoned,
    },
    [`POST ${contest}/units/:id/unpin`]: reasoned,
    [`POST ${contest}/course/officer`]: { staff: 1, ...reasoned },
    [`POST ${contest}/objections/:no/reveal`]: reasoned,
    [`POST ${contest}/objections/:no/findings`]: {
      verdict: 'upheld',
      effect: 'hold',
      numbers: [1],
      basis: '经核查情况属实',
      answer: '感谢监督，情况属实',
    },
    [`POST ${contest}/objections/:no/findings/decide`]: { id: 1, granted: true, ...reasoned },
    [`POST ${contest}/advance`]: { round: 1, most: 1, ties: 'all', ...reasoned },
    [`POST ${contest}/lots`]: { digest: 'a'.repeat(64) },
    [`POST ${contest}/whatif`]: {
      clusters: ['picks-1'],
      signals: ['ip'],
      verdicts: ['held'],
      flagged: true,
      filter,
    },
    [`POST ${contest}/witnesses`]: { name: '见证甲', key: witness },
    [`DELETE ${contest}/witnesses`]: { key: witness, ...reasoned },
    'POST /api/console/unit/enter': { key: 'x' },
    'POST /api/console/contributor/enter': { key: 'x' },
    'POST /api/console/points/papers': {
      paper: 'area',
      from: '2026-01-01',
      until: '2026-03-31',
      ranked: true,
      points: true,
    },
    'PUT /api/console/points/season/:year': {
      ...seasonDefaults,
      office: '云岭区应急管理局',
      version: 0,
      ...reasoned,
    },
    [`POST ${unit}`]: { kind: 'person' },
    [`PUT ${unit}/:id`]: {
      version: 1,
      kind: 'person',
      category: 'person',
      values: { name: '林立夏', phone: '13800000101' },
      consent: { by: '林立夏', on: '2026-03-01', file: randomUUID() },
    },
    [`POST ${unit}/:id/submit`]: { version: 1 },
    [`POST ${unit}/:id/withdraw`]: { version: 1 },
    [`POST ${unit}/:id/reopen`]: { version: 1 },
    [`PUT ${unit}/:id/opinions/:step`]: { ...opinion, also: [2] },
    [`POST ${unit}/:id/return`]: { version: 1, ...reasoned },
  };
}

/** Routes that change something and take nothing but their address, or a note or message that is no JSON. */
export const bodiless: readonly string[] = [
  'POST /api/console/sign-out',
  'POST /api/console/account/sessions/end-others',
  'POST /api/console/staff/requests/:id/grant',
  'POST /api/console/staff/requests/:id/withdraw',
  'POST /api/console/contests/:slug/shortlist/draw',
  'POST /api/console/contests/:slug/units/:id/link',
  'POST /api/console/contests/:slug/webhook/try',
  'POST /api/console/contests/:slug/imports/:id/undo',
  'POST /log/:slug/cosignature',
  'POST /wechat/message',
];

/** Names that queries have somewhere, with a value that one of them takes. */
export const queries: Record<string, string> = {
  act: 'staff.',
  actor: '测试人员',
  ballotId: randomUUID(),
  before: '9',
  candidate: '1',
  category: 'person',
  class: 'mobile',
  cluster: 'picks-1',
  code: 'x',
  contest: 't-1',
  device: '00'.repeat(8),
  echostr: 'x',
  elder: '1',
  from: MOMENT,
  limit: '5',
  n: '1',
  net: '192.0.2.0/24',
  nonce: 'x',
  openings: '0',
  path: '/c/t-1/rank',
  phase: 'voting',
  q: '林',
  region: '云岭',
  scope: 'sent',
  signal: 'ip',
  signature: 'x',
  since: MOMENT,
  slug: 't-1',
  state: 'submitted',
  timestamp: '1',
  to: MOMENT,
  unit: '1',
  url: 'http://localhost/c/t-1',
  verdict: 'held',
  voter: '00'.repeat(16),
  warned: '1',
};

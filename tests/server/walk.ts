import type { ClusterPage } from '@zuimei/shared/audit.ts';
import { paperFormats, paperNames, printNames } from '@zuimei/shared/out.ts';
import type { PlanView } from '@zuimei/shared/plan/plan.ts';
import { signalBits } from '@zuimei/shared/policy.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { SLUG, type Twin } from './twins.ts';

/** One request of the walk. */
export interface Ask {
  path: string;
  body?: unknown;
  /** A page that is read first: what it gives as `digest` goes along in the body. */
  seen?: string;
  /** Absent = everybody, of what reads; whoever the door lets in first, of what writes. */
  as?: Role | 'second';
}

/** What the walk knows of its twins before it sets out. */
export interface Ground {
  now: number;
  /** Ids of clusters that either of them shows. */
  clusters: string[];
  plan: PlanView;
}

/** How a route is walked: `path` and `body` as they are sent. */
type Walk = (ground: Ground) => Ask[];

const at = `/api/console/contests/${SLUG}`;
const reason = '核对账本后办理';
const still =
  (...paths: string[]): Walk =>
  (): Ask[] =>
    paths.map((path) => ({ path }));
const act =
  (path: string, body: unknown = {}, as?: Ask['as']): Walk =>
  () => [{ path, body, ...(as ? { as } : {}) }];
const iso = (ms: number): string => new Date(ms).toISOString();
const filters = ({ now, clusters }: Ground): string[] => [
  '',
  'limit=200',
  'limit=7&before=60',
  ...Object.keys(signalBits).map((signal) => `signal=${signal}&limit=200`),
  ...['counted', 'held', 'void'].map((verdict) => `verdict=${verdict}`),
  'signal=single&verdict=counted',
  ...[1, 2, 3].map((number) => `candidate=${number}`),
  'net=198.51.100.0/24',
  'class=carrier',
  `from=${iso(now - 40 * 60_000)}&to=${iso(now - 38 * 60_000)}`,
  ...clusters.map((id) => `cluster=${encodeURIComponent(id)}`),
  'cluster=alike-3-4-5',
];

/** Every route that only reads. */
export const reads: Record<string, Walk> = {
  'GET /': still('/'),
  'GET /*': still('/favicon.ico', '/nowhere'),
  'GET /:file{MP_verify_[A-Za-z0-9]+\\.txt}': still('/MP_verify_abc.txt'),
  'GET /api/console/upkeep': still('/api/console/upkeep'),
  'GET /api/contests': still('/api/contests'),
  'GET /api/contests/:slug': still(`/api/contests/${SLUG}`),
  'GET /api/contests/:slug/bundle': still(`/api/contests/${SLUG}/bundle`),
  'GET /api/contests/:slug/bundle.zip': still(`/api/contests/${SLUG}/bundle.zip`),
  'GET /api/contests/:slug/closing': still(`/api/contests/${SLUG}/closing`),
  'GET /api/console/contests/:slug/closing': still(`${at}/closing`),
  'POST /api/console/contests/:slug/closing': act(`${at}/closing`, { reason }),
  'POST /api/console/contests/:slug/closing/confirm': act(`${at}/closing/confirm`, {
    digest: 'ab'.repeat(32),
  }),
  'POST /api/console/contests/:slug/closing/decline': act(`${at}/closing/decline`, { reason }),
  'GET /api/contests/:slug/acts': still(`/api/contests/${SLUG}/acts`),
  'GET /api/contests/:slug/me': still(`/api/contests/${SLUG}/me`),
  'GET /api/contests/:slug/question': still(`/api/contests/${SLUG}/question?ballotId=x`),
  'GET /api/contests/:slug/receipts/:index': still(
    ...[1, 40, 100, 999].map((n) => `/api/contests/${SLUG}/receipts/${n}`),
  ),
  'GET /api/contests/:slug/tally': still(`/api/contests/${SLUG}/tally`),
  'GET /api/wechat/signature': still(`/api/wechat/signature?slug=${SLUG}`),
  'GET /c/:slug': still(`/c/${SLUG}`, `/c/${SLUG}?n=2`),
  'GET /c/:slug/*': still(
    ...['n/2', 'n/3', 'rank', 'mine', 'rules', 'verify', 'poster', 'objection'].map(
      (one) => `/c/${SLUG}/${one}`,
    ),
  ),
  'GET /console': still('/console'),
  'GET /console/*': still('/console/contests'),
  'GET /console-assets/*': still('/console-assets/none.js'),
  'GET /healthz': still('/healthz'),
  'GET /log/:slug/checkpoint': still(`/log/${SLUG}/checkpoint`),
  'GET /log/:slug/checkpoint/:size': still(`/log/${SLUG}/checkpoint/40`),
  'GET /log/:slug/consistency/:size1/:size2': still(`/log/${SLUG}/consistency/40/90`),
  'GET /log/:slug/days': still(`/log/${SLUG}/days`),
  'GET /log/:slug/tile/*': still(
    ...['0/000.p/100', 'entries/000.p/100', '1/000'].map((tile) => `/log/${SLUG}/tile/${tile}`),
  ),
  'GET /log/:slug/witnessed': still(`/log/${SLUG}/witnessed`),
  'GET /media/:file': still('/media/0123456789abcdef01234567-card.jpg'),
  'GET /metrics': still('/metrics'),
  'GET /readyz': still('/readyz'),
  'GET /robots.txt': still('/robots.txt'),
  'GET /verify': still('/verify'),
  'GET /witness/zuimei-witness.mjs': still('/witness/zuimei-witness.mjs'),
  'GET /witness/zuimei-witness.mjs.sha256': still('/witness/zuimei-witness.mjs.sha256'),
  'GET /witness/zuimei-witness@.service': still('/witness/zuimei-witness@.service'),
  'GET /wechat/back': still('/wechat/back?code=x&state=y'),
  'GET /wechat/go': still(`/wechat/go?to=/c/${SLUG}`),
  'GET /wechat/message': still('/wechat/message'),
  'GET /api/console/account': still('/api/console/account'),
  'GET /api/console/account/news': still('/api/console/account/news'),
  'GET /api/console/account/reauth': still('/api/console/account/reauth'),
  'GET /api/console/actions': still('/api/console/actions', `/api/console/actions?contest=${SLUG}`),
  'GET /api/console/actions/filters': still('/api/console/actions/filters'),
  'GET /api/console/contests': still('/api/console/contests'),
  'GET /api/console/contests/:slug/ballots': (ground) =>
    filters(ground).map((one) => ({ path: `${at}/ballots?${one}` })),
  'GET /api/console/contests/:slug/ballots/find': still(
    ...['2', '第 3 号', '未知', '203.0.113', '0123456789abcdef'].map(
      (text) => `${at}/ballots/find?text=${encodeURIComponent(text)}`,
    ),
  ),
  'GET /api/console/contests/:slug/ballots.csv': (ground) =>
    filters(ground)
      .filter((one) => !/limit|before/.test(one))
      .concat(Object.keys(signalBits).map((signal) => `signal=${signal}`))
      .map((one) => ({ path: `${at}/ballots.csv?${one}`, as: 'auditor' })),
  'GET /api/console/contests/:slug/candidates': still(`${at}/candidates`),
  'GET /api/console/contests/:slug/clusters': still(`${at}/clusters`),
  'GET /api/console/contests/:slug/clusters/:id': ({ clusters }) =>
    [...clusters, 'alike-3-4-5', 'single-2-1'].map((id) => ({
      path: `${at}/clusters/${encodeURIComponent(id)}`,
    })),
  'GET /api/console/contests/:slug/ledger.ndjson': still(
    `${at}/ledger.ndjson`,
    `${at}/ledger.ndjson?openings=0`,
  ),
  'GET /api/console/contests/:slug/bundle': still(`${at}/bundle`, `${at}/bundle?edition=full`),
  'GET /api/console/contests/:slug/bundle.zip': still(`${at}/bundle.zip`, `${at}/bundle.zip?edition=full`),
  'GET /api/console/contests/:slug/live': ({ now }) => [
    { path: `${at}/live` },
    { path: `${at}/live?since=${iso(now - 600_000)}` },
  ],
  'GET /api/console/contests/:slug/media/:file': still(`${at}/media/none-card.jpg`),
  'GET /api/console/contests/:slug/nominations': still(`${at}/nominations`),
  'GET /api/console/contests/:slug/nominations/:id': still(`${at}/nominations/1`),
  'GET /api/console/contests/:slug/nominations/:id/files/:file': still(`${at}/nominations/1/files/1`),
  'GET /api/console/contests/:slug/nominations/:id/files/:file/paper': still(
    `${at}/nominations/1/files/1/paper`,
  ),
  'GET /api/console/contests/:slug/nominations/:id/original': still(`${at}/nominations/1/original`),
  'GET /api/console/contests/:slug/nominations/:id/original/paper': still(
    `${at}/nominations/1/original/paper`,
  ),
  'GET /api/console/contests/:slug/out': still(`${at}/out`),
  'GET /api/console/contests/:slug/out/:what': still(...printNames.map((what) => `${at}/out/${what}`)),
  'GET /api/console/contests/:slug/plan': still(`${at}/plan`),
  'GET /api/console/contests/:slug/preview': still(
    `${at}/preview?path=/c/${SLUG}`,
    ...['rank', 'n/2'].map((page) => `${at}/preview?path=/c/${SLUG}/${page}&phase=judging`),
  ),
  'GET /api/console/contests/:slug/report': still(`${at}/report`),
  'GET /api/console/contests/:slug/reports': still(`${at}/reports`),
  'GET /api/console/contests/:slug/reports/:no': still(`${at}/reports/1`),
  'GET /api/console/contests/:slug/rulings': still(`${at}/rulings`),
  'GET /api/console/contests/:slug/rulings/:id': still(...[1, 4, 6, 99].map((id) => `${at}/rulings/${id}`)),
  'GET /api/console/contests/:slug/rulings/:id/ballots': still(
    ...[1, 4, 6].map((id) => `${at}/rulings/${id}/ballots`),
    `${at}/rulings/6/ballots?before=60`,
  ),
  'GET /api/console/contests/:slug/rulings/:id/files/:file': still(`${at}/rulings/1/files/x`),
  'GET /api/console/contests/:slug/shortlist': still(`${at}/shortlist`),
  'GET /api/console/contests/:slug/panels': still(`${at}/panels`),
  'GET /api/console/contests/:slug/sheet': still(`${at}/sheet`),
  'GET /api/console/contests/:slug/sheet/candidates/:number/files/:file': still(
    `${at}/sheet/candidates/1/files/x`,
  ),
  'GET /api/console/contests/:slug/standing': still(`${at}/standing`),
  'GET /api/contests/:slug/course': still(`/api/contests/${SLUG}/course`),
  'GET /api/contests/:slug/made/:number': still(`/api/contests/${SLUG}/made/1`),
  'GET /api/contests/:slug/acts/:index': still(
    ...[1, 4, 9].map((index) => `/api/contests/${SLUG}/acts/${index}`),
  ),
  'GET /api/console/contests/:slug/certificates': still(`${at}/certificates`),
  'GET /api/console/contests/:slug/course': still(`${at}/course`),
  'GET /api/console/contests/:slug/course/approvals/:digest': still(
    `${at}/course/approvals/${'0'.repeat(64)}`,
  ),
  'GET /api/console/contests/:slug/course/recommendations/:entry': still(`${at}/course/recommendations/1`),
  'GET /api/console/contests/:slug/objections': still(`${at}/objections`),
  'GET /api/console/contests/:slug/objections/:no': still(`${at}/objections/1`),
  'GET /api/console/contests/:slug/objections/:no/files/:file': still(`${at}/objections/1/files/x`),
  'GET /api/console/contests/:slug/units': still(`${at}/units`),
  'GET /api/console/contests/:slug/witnesses': still(`${at}/witnesses`),
  'GET /api/console/session': still('/api/console/session'),
  'GET /api/console/calendar': still('/api/console/calendar'),
  'GET /api/console/staff': still('/api/console/staff'),
  'GET /api/console/staff/contests': still('/api/console/staff/contests'),
  'GET /api/console/staff/requests': still('/api/console/staff/requests'),
  'GET /api/console/upload': still('/api/console/upload'),
  'GET /api/console/unit': still('/api/console/unit'),
  'GET /api/console/contributor': still('/api/console/contributor'),
  'GET /api/console/points': still(
    '/api/console/points',
    '/api/console/points?from=2026-01-01&until=2026-12-31',
  ),
  'GET /api/console/points/season/:year': still('/api/console/points/season/2026'),
  'GET /api/console/contributor/filings': still('/api/console/contributor/filings'),
  'GET /api/console/contributor/filings/:id': still('/api/console/contributor/filings/1'),
  'GET /api/console/contributor/filings/:id/files/:file': still('/api/console/contributor/filings/1/files/x'),
  'GET /api/console/contributors': still('/api/console/contributors'),
  'GET /api/console/newsroom': still('/api/console/newsroom'),
  'GET /api/console/newsroom/contributors': still('/api/console/newsroom/contributors'),
  'GET /api/console/newsroom/filings/:id': still('/api/console/newsroom/filings/1'),
  'GET /api/console/newsroom/filings/:id/files/:file': still('/api/console/newsroom/filings/1/files/x'),
  'GET /api/console/newsroom/filings/:id/files/:file/paper': still(
    '/api/console/newsroom/filings/1/files/x/paper',
  ),
  'GET /api/console/newsroom/outlets': still('/api/console/newsroom/outlets'),
  'GET /api/console/newsroom/commissions': still('/api/console/newsroom/commissions'),
  'GET /api/console/newsroom/commissions/:id': still('/api/console/newsroom/commissions/1'),
  'GET /api/console/newsroom/forfeits': still('/api/console/newsroom/forfeits?year=2026'),
  'GET /api/console/unit/lines': still('/api/console/unit/lines'),
  'GET /api/console/unit/media/:file': still('/api/console/unit/media/none-card.jpg'),
  'GET /api/console/contests/:slug/imports': still(`${at}/imports`),
  'GET /api/console/unit/nominations/:id': still('/api/console/unit/nominations/1'),
  'GET /api/console/unit/nominations/:id/files/:file': still('/api/console/unit/nominations/1/files/1'),
  'GET /api/console/unit/nominations/:id/films': still('/api/console/unit/nominations/1/films'),
  'GET /api/console/unit/forms/:kind': still('/api/console/unit/forms/person'),
  'GET /api/console/unit/nominations/:id/forms/:form': still(
    '/api/console/unit/nominations/1/forms/approval',
  ),
  // Sends something and changes nothing.
  'POST /api/console/contests/:slug/whatif': ({ clusters }) =>
    [
      {},
      { flagged: true },
      { verdicts: ['held'] },
      { signals: ['single'] },
      { filter: { candidate: 2 } },
      { filter: { signal: 'surge' } },
      { clusters },
    ].map((body) => ({ path: `${at}/whatif`, body, as: 'auditor' })),
};

const part = { verdict: 'all', without: { gaps: [], nets: [], devices: [], entries: [5] } };
const rule = (verb: string, scope: unknown): Ask => ({
  path: `${at}/rulings`,
  body: { verb, scope, part, reason },
  as: 'auditor',
});
const weigh = (verb: string, scope: unknown): Ask => ({
  path: `${at}/rulings/preview`,
  body: { verb, scope, part },
  as: 'auditor',
});

/** Every route that changes something, in the order of a day's work; who is at the end closes the door behind them. */
export const acts: Record<string, Walk> = {
  'POST /api/console/contests/:slug/rulings': ({ clusters }) => [
    ...['single', 'surge', 'alike', 'rhythm', 'silent'].map((signal) =>
      rule('void', { by: 'filter', filter: { signal } }),
    ),
    rule('void', { by: 'filter', filter: { candidate: 2 } }),
    rule('release', { by: 'filter', filter: { verdict: 'held' } }),
    rule('void', { by: 'entries', entries: [5, 60, 61, 62, 100] }),
    rule('void', { by: 'filter', filter: { net: '198.51.100.0/24' } }),
    ...clusters.map((id) => rule('void', { by: 'clusters', clusters: [id] })),
    rule('void', { by: 'clusters', clusters: ['alike-3-4-5'] }),
  ],
  'POST /api/console/contests/:slug/rulings/preview': ({ clusters }) => [
    ...['surge', 'rhythm'].map((signal) => weigh('void', { by: 'filter', filter: { signal } })),
    weigh('release', { by: 'filter', filter: { verdict: 'held' } }),
    ...clusters.map((id) => weigh('void', { by: 'clusters', clusters: [id] })),
  ],
  'POST /api/console/contests/:slug/rulings/:id/remarks': act(
    `${at}/rulings/1/remarks`,
    { text: '已核对' },
    'second',
  ),
  'POST /api/console/contests/:slug/rulings/:id/files': act(`${at}/rulings/1/files`, {}, 'second'),
  'POST /api/console/contests/:slug/reports': act(`${at}/reports`, { note: '核对完毕', verify: true }),
  'POST /api/console/contests/:slug/reports/:no/sign': act(
    `${at}/reports/1/sign`,
    { digest: '0'.repeat(64) },
    'second',
  ),
  'POST /api/console/contests/:slug/rulings/:id/confirm': () =>
    [1, 2, 3].map((id) => ({
      path: `${at}/rulings/${id}/confirm`,
      body: { reason },
      seen: `${at}/rulings/${id}`,
      as: 'second',
    })),
  'POST /api/console/contests/:slug/rulings/:id/decline': act(
    `${at}/rulings/4/decline`,
    { reason },
    'second',
  ),
  'POST /api/console/contests/:slug/rulings/:id/withdraw': act(
    `${at}/rulings/5/withdraw`,
    { reason },
    'auditor',
  ),
  'POST /api/console/contests/:slug/pause': act(`${at}/pause`, { reason }),
  'POST /api/console/contests/:slug/resume': act(`${at}/resume`, { reason }),
  'POST /api/console/contests/:slug/extend': ({ now }) => [
    { path: `${at}/extend`, body: { round: 0, closes: iso(now + 99.5 * 3_600_000), reason } },
  ],
  'POST /api/console/contests/:slug/announcements': act(`${at}/announcements`, { text: '投票进行中' }),
  'DELETE /api/console/contests/:slug/announcements/:at': ({ now }) => [
    { path: `${at}/announcements/${iso(now)}` },
  ],
  'POST /api/console/contests/:slug/candidates/:number/correct': act(`${at}/candidates/2/correct`, {
    reason,
    unit: '新单位',
  }),
  'POST /api/console/contests/:slug/candidates/:number/photo': act(`${at}/candidates/2/photo`),
  'POST /api/console/contests/:slug/candidates/:number/withdraw': act(`${at}/candidates/2/withdraw`, {
    reason,
  }),
  'PUT /api/console/contests/:slug/plan': ({ plan }) => [
    { path: `${at}/plan`, body: { plan: plan.plan, version: plan.version } },
  ],
  'POST /api/console/contests/:slug/plan/publish': ({ plan }) => [
    { path: `${at}/plan/publish`, body: { version: plan.version + 1, reason } },
  ],
  'POST /api/console/contests/:slug/plan/discard': ({ plan }) => [
    { path: `${at}/plan/discard`, body: { version: plan.version + 1 } },
  ],
  'POST /api/console/contests/:slug/parcel': act(`${at}/parcel`, { ids: [1] }),
  'POST /api/console/contests/:slug/out/:what': () =>
    paperNames.flatMap((what) =>
      paperFormats.flatMap((format) =>
        (['organizer', 'auditor'] as const).map((as) => ({
          path: `${at}/out/${what}`,
          body: { format, reason },
          as,
        })),
      ),
    ),
  'POST /api/console/contests/:slug/advance': act(`${at}/advance`, {
    round: 1,
    most: 1,
    ties: 'all',
    reason,
  }),
  'POST /api/console/contests/:slug/lots': act(`${at}/lots`, { digest: 'a'.repeat(64) }),
  'POST /api/console/contests/:slug/copy': act(`${at}/copy`, { title: '下一年', units: false, slug: 'next' }),
  'POST /api/console/contests/:slug/bundle': act(`${at}/bundle`, { edition: 'full' }, 'auditor'),
  'POST /api/console/contests/:slug/archive': act(`${at}/archive`, { reason }),
  'POST /api/console/contests/:slug/erase': act(`${at}/erase`, { reason, title: '双生活动' }),
  'POST /api/console/contests/:slug/erase/decide': act(`${at}/erase/decide`, { reason, granted: false }),
  'POST /log/:slug/cosignature': act(`/log/${SLUG}/cosignature`),
  'POST /wechat/message': act('/wechat/message'),
  'POST /api/contests/:slug/ballots': act(`/api/contests/${SLUG}/ballots`),
  'POST /api/console/contests': act('/api/console/contests'),
  'DELETE /api/console/contests/:slug': act(at),
  'POST /api/console/contests/:slug/banner': act(`${at}/banner`),
  'POST /api/console/contests/:slug/documents': act(`${at}/documents`),
  'POST /api/console/contests/:slug/documents/submit': act(`${at}/documents/submit`),
  'POST /api/console/contests/:slug/imports/:id/take': act(`${at}/imports/1/take`),
  'POST /api/console/contests/:slug/imports/:id/undo': act(`${at}/imports/1/undo`),
  'DELETE /api/console/contests/:slug/nominations/:id': act(`${at}/nominations/1`),
  'PUT /api/console/contests/:slug/nominations/:id': act(`${at}/nominations/1`),
  'POST /api/console/contests/:slug/nominations/:id/consent': act(`${at}/nominations/1/consent`),
  'PUT /api/console/contests/:slug/nominations/:id/opinions/:step': act(`${at}/nominations/1/opinions/unit`),
  'POST /api/console/contests/:slug/nominations/:id/opinions/:step/file': act(
    `${at}/nominations/1/opinions/unit/file`,
  ),
  'POST /api/console/contests/:slug/nominations/:id/photo': act(`${at}/nominations/1/photo`),
  'POST /api/console/contests/:slug/nominations/:id/reveal': act(`${at}/nominations/1/reveal`),
  'POST /api/console/contests/:slug/nominations/:id/screening': act(`${at}/nominations/1/screening`),
  'POST /api/console/contests/:slug/nominations/decide': act(`${at}/nominations/decide`),
  'POST /api/console/contests/:slug/shortlist/draw': act(`${at}/shortlist/draw`),
  'POST /api/console/contests/:slug/shortlist/numbers': act(`${at}/shortlist/numbers`),
  'POST /api/console/contests/:slug/shortlist/order': act(`${at}/shortlist/order`),
  'POST /api/console/contests/:slug/shortlist/publish': act(`${at}/shortlist/publish`),
  'PUT /api/console/contests/:slug/sheet': act(`${at}/sheet`, { lines: {}, version: 0 }),
  'POST /api/console/contests/:slug/sheet/ask': act(`${at}/sheet/ask`, { reason }),
  'POST /api/console/contests/:slug/sheet/lock': act(`${at}/sheet/lock`, { version: 0, abstained: [] }),
  'POST /api/console/contests/:slug/sheet/recusals': act(`${at}/sheet/recusals`, {
    numbers: [1],
    ground: 'declared',
  }),
  'POST /api/console/contests/:slug/panels/seats': act(`${at}/panels/seats`, {
    seats: [{ panel: 'expert', name: '评委', unit: '', kind: 'full' }],
  }),
  'POST /api/console/contests/:slug/panels/reveal': act(`${at}/panels/reveal`, { reason }),
  ...Object.fromEntries(
    (
      [
        ['link', {}],
        ['state', { state: 'absent' }],
        ['recusals', { number: 1 }],
        ['late', {}],
        ['reopen', {}],
        ['reopen/decide', { granted: true }],
        ['paper', { lines: {}, reference: '评分表第1号' }],
      ] as const
    ).map(([what, body]) => [
      `POST /api/console/contests/:slug/panels/seats/:seat/${what}`,
      act(`${at}/panels/seats/99/${what}`, { ...body, reason }),
    ]),
  ),
  'POST /api/console/contests/:slug/standing': act(`${at}/standing`, { reason }),
  'POST /api/console/contests/:slug/standing/held': act(`${at}/standing/held`, { ballots: 1, reason }),
  'POST /api/console/contests/:slug/standing/ties': act(`${at}/standing/ties`, {
    rule: 'meeting',
    ballots: [{ appointed: 1, present: 1, favour: { 1: 1 } }],
    reason,
  }),
  'POST /api/console/contests/:slug/choice': act(`${at}/choice`, { unfilled: 0, reason }),
  'POST /api/console/contests/:slug/certificates': act(`${at}/certificates`, { serials: ['t-1-2026-001'] }),
  'POST /api/contests/:slug/objections': act(`/api/contests/${SLUG}/objections`),
  'POST /api/contests/:slug/objections/state': act(`/api/contests/${SLUG}/objections/state`, {
    code: 'ABCD-EFGH-JKLM-NPQR',
  }),
  ...Object.fromEntries(
    (
      [
        ['count', {}],
        ['approvals', {}],
        ['notices', { office: { organ: '', person: '', telephone: '', address: '', email: '' }, text: [] }],
        ['notices/:no/extend', { days: 1 }],
        ['notices/:no/stop', {}],
        ['promotions', { fallen: 1 }],
        ['result', { document: '1号', date: '2026-03-01', certificate: '授予〔姓名〕' }],
        ['revocations', { serial: 't-1' }],
        ['revocations/:id/decide', { granted: true }],
        ['recommendations', { numbers: [1], to: '省厅', opinion: '同意' }],
      ] as const
    ).map(([what, body]) => [
      `POST /api/console/contests/:slug/course/${what}`,
      act(`${at}/course/${what.replace(/:\w+/u, '99')}`, { ...body, reason }),
    ]),
  ),
  'POST /api/console/contests/:slug/units/:id/unpin': act(`${at}/units/99/unpin`, { reason }),
  'POST /api/console/contests/:slug/course/officer': act(`${at}/course/officer`, { staff: 1, reason }),
  'POST /api/console/contests/:slug/objections': act(`${at}/objections`),
  'POST /api/console/contests/:slug/objections/:no/reveal': act(`${at}/objections/1/reveal`, { reason }),
  'POST /api/console/contests/:slug/objections/:no/findings': act(`${at}/objections/1/findings`, {
    verdict: 'rejected',
    effect: 'none',
    numbers: [],
    basis: '经核查不属实',
    answer: '经核查不属实',
  }),
  'POST /api/console/contests/:slug/objections/:no/findings/decide': act(
    `${at}/objections/1/findings/decide`,
    { id: 1, granted: true, reason },
  ),
  'POST /api/console/contests/:slug/units': act(`${at}/units`),
  'DELETE /api/console/contests/:slug/units/:id': act(`${at}/units/99`),
  'PUT /api/console/contests/:slug/units/:id': act(`${at}/units/99`),
  'POST /api/console/contests/:slug/units/:id/account': act(`${at}/units/99/account`),
  'POST /api/console/contests/:slug/units/:id/link': act(`${at}/units/99/link`),
  'POST /api/console/contests/:slug/units/import': act(`${at}/units/import`),
  'POST /api/console/contests/:slug/units/links': act(`${at}/units/links`),
  'POST /api/console/contests/:slug/units/links.xlsx': act(`${at}/units/links.xlsx`),
  'GET /api/console/contests/:slug/webhook': still(`${at}/webhook`),
  'PUT /api/console/contests/:slug/webhook': act(`${at}/webhook`),
  'DELETE /api/console/contests/:slug/webhook': act(`${at}/webhook`),
  'POST /api/console/contests/:slug/webhook/try': act(`${at}/webhook/try`),
  'POST /api/console/contests/:slug/units/:id/phone': act(`${at}/units/99/phone`, { reason }),
  'POST /api/console/contests/:slug/units/rows': act(`${at}/units/rows`),
  'POST /api/console/contests/:slug/units/sheet': act(`${at}/units/sheet`),
  'POST /api/console/contests/:slug/witnesses': act(`${at}/witnesses`),
  'POST /api/console/contests/:slug/witnesses/confirm': act(`${at}/witnesses/confirm`, { id: 1 }),
  'POST /api/console/contests/:slug/witnesses/decline': act(`${at}/witnesses/decline`, { id: 1, reason }),
  'POST /api/console/unit/documents': act('/api/console/unit/documents'),
  'POST /api/console/unit/enter': act('/api/console/unit/enter'),
  'POST /api/console/contributor/enter': act('/api/console/contributor/enter'),
  'POST /api/console/points/papers': act('/api/console/points/papers'),
  'PUT /api/console/points/season/:year': act('/api/console/points/season/2026'),
  ...Object.fromEntries(
    [
      ...['POST contributor/filings', 'PUT contributor/filings/:id', 'DELETE contributor/filings/:id'],
      ...['send', 'back', 'files'].map((verb) => `POST contributor/filings/:id/${verb}`),
      ...['DELETE contributor/filings/:id/files/:file', 'POST contributor/filers'],
      ...['PUT contributor/filers/:filer', 'POST contributor/filers/:filer/handover'],
      ...[
        'POST contributors',
        'PUT contributors/:id',
        'POST contributors/order',
        'POST contributors/:id/end',
      ],
      ...['resume', 'link', 'filers'].map((verb) => `POST contributors/:id/${verb}`),
      ...['links', 'links.xlsx', 'sheet', 'import'].map((verb) => `POST contributors/${verb}`),
      ...['PUT contributors/:id/filers/:filer', 'POST contributors/:id/filers/:filer/handover'],
      'POST contributors/:id/filers/:filer/phone',
    ].map((one) => {
      const [method = '', path = ''] = one.split(' ');
      return [
        `${method} /api/console/${path}`,
        act(`/api/console/${path.replace('contributors/:id', 'contributors/999').replace(/:\w+/g, '1')}`),
      ];
    }),
  ),
  'POST /api/console/newsroom/decide': act('/api/console/newsroom/decide'),
  'POST /api/console/newsroom/filings/:id/uses': act('/api/console/newsroom/filings/1/uses'),
  'DELETE /api/console/newsroom/filings/:id/uses/:use': act('/api/console/newsroom/filings/1/uses/1'),
  'POST /api/console/newsroom/outlets': act('/api/console/newsroom/outlets'),
  'PUT /api/console/newsroom/outlets/:id': act('/api/console/newsroom/outlets/999'),
  'DELETE /api/console/newsroom/outlets/:id': act('/api/console/newsroom/outlets/999'),
  'POST /api/console/newsroom/outlets/:id/class': act('/api/console/newsroom/outlets/999/class'),
  'POST /api/console/newsroom/commissions': act('/api/console/newsroom/commissions'),
  'PUT /api/console/newsroom/commissions/:id': act('/api/console/newsroom/commissions/1'),
  'POST /api/console/newsroom/commissions/:id/close': act('/api/console/newsroom/commissions/1/close'),
  'POST /api/console/newsroom/forfeits': act('/api/console/newsroom/forfeits'),
  'POST /api/console/newsroom/forfeits/:id/decide': act('/api/console/newsroom/forfeits/1/decide'),
  'POST /api/console/unit/nominations': act('/api/console/unit/nominations'),
  'DELETE /api/console/unit/nominations/:id': act('/api/console/unit/nominations/1'),
  'PUT /api/console/unit/nominations/:id': act('/api/console/unit/nominations/1'),
  'POST /api/console/unit/nominations/:id/files/:field': act('/api/console/unit/nominations/1/files/proof'),
  'POST /api/console/unit/nominations/:id/films/:field': act('/api/console/unit/nominations/1/films/proof'),
  'PUT /api/console/unit/nominations/:id/films/:film/:at': act('/api/console/unit/nominations/1/films/f/0'),
  'POST /api/console/unit/nominations/:id/films/:film/whole': act(
    '/api/console/unit/nominations/1/films/f/whole',
  ),
  'DELETE /api/console/unit/nominations/:id/films/:film': act('/api/console/unit/nominations/1/films/f'),
  'DELETE /api/console/unit/nominations/:id/files/:file': act('/api/console/unit/nominations/1/files/1'),
  'PUT /api/console/unit/nominations/:id/opinions/:step': act(
    '/api/console/unit/nominations/1/opinions/unit',
  ),
  'POST /api/console/unit/nominations/:id/return': act('/api/console/unit/nominations/1/return'),
  'DELETE /api/console/unit/nominations/:id/photo': act('/api/console/unit/nominations/1/photo'),
  'POST /api/console/unit/nominations/:id/photo': act('/api/console/unit/nominations/1/photo'),
  'POST /api/console/unit/nominations/:id/reopen': act('/api/console/unit/nominations/1/reopen'),
  'POST /api/console/unit/nominations/:id/submit': act('/api/console/unit/nominations/1/submit'),
  'POST /api/console/unit/nominations/:id/withdraw': act('/api/console/unit/nominations/1/withdraw'),
  'PUT /api/console/calendar/:year': act('/api/console/calendar/2026'),
  'POST /api/console/staff': act('/api/console/staff'),
  'POST /api/console/staff/:id/disable': act('/api/console/staff/99/disable'),
  'POST /api/console/staff/:id/enable': act('/api/console/staff/99/enable'),
  'POST /api/console/staff/:id/link': act('/api/console/staff/99/link'),
  'PATCH /api/console/staff/:id/contests': act('/api/console/staff/99/contests'),
  'PATCH /api/console/staff/:id/roles': act('/api/console/staff/99/roles'),
  'POST /api/console/staff/:id/sessions/end': act('/api/console/staff/99/sessions/end'),
  'POST /api/console/invite/join': act('/api/console/invite/join'),
  'POST /api/console/invite/open': act('/api/console/invite/open'),
  'POST /api/console/sign-in': act('/api/console/sign-in'),
  'POST /api/console/sign-in/code': act('/api/console/sign-in/code'),
  'POST /api/console/staff/requests/:id/grant': act('/api/console/staff/requests/99/grant'),
  'POST /api/console/staff/requests/:id/refuse': act('/api/console/staff/requests/99/refuse'),
  'POST /api/console/staff/requests/:id/withdraw': act('/api/console/staff/requests/99/withdraw'),
  'POST /api/console/account/news/seen': act('/api/console/account/news/seen'),
  'POST /api/console/account/reauth': act('/api/console/account/reauth'),
  'POST /api/console/account/password': act('/api/console/account/password'),
  'POST /api/console/account/recovery': act('/api/console/account/recovery'),
  'POST /api/console/account/totp': act('/api/console/account/totp'),
  'POST /api/console/account/totp/start': act('/api/console/account/totp/start'),
  'DELETE /api/console/account/sessions/:id': act('/api/console/account/sessions/none'),
};

/** These end the walker's own session: there is nothing in them that hangs on a ballot. */
export const exits = ['POST /api/console/account/sessions/end-others', 'POST /api/console/sign-out'];

export async function readGround(twins: readonly Twin[], now: number): Promise<Ground> {
  const ids = new Set<string>();
  for (const { desks } of twins) {
    const page = await desks.get('auditor')?.get<ClusterPage>(`${at}/clusters`);
    for (const { id } of page?.clusters ?? []) ids.add(id);
  }
  const plan = await twins[0]?.desks.get('organizer')?.get<PlanView>(`${at}/plan`);
  if (!plan) throw new Error('nobody can read the plan');
  return { now, clusters: [...ids].sort(), plan };
}

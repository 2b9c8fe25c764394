import { hash } from 'node:crypto';
import { type Announced, type Candidate, type Phase, phaseAt } from '@zuimei/shared/contest.ts';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { readCandidates } from '../contest/contest.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { lightView, pageHtml, type Site } from '../page/citizen.ts';
import { readComing } from '../shortlist/shortlist.ts';
import { planOf } from './editor.ts';

/** Nothing in a preview leads anywhere. Its keys still scroll it. */
const STYLE = 'a,button,input{pointer-events:none}';

export interface PreviewAsked {
  slug: string;
  /** Of the citizen's page, below /c/:slug: '', '/rules', '/n/1' … */
  page: string;
  /** As if this phase had just begun; null = now. */
  phase: Phase | null;
  elder: boolean;
}

export interface Preview {
  html: string;
  headers: Record<string, string>;
}

/**
 * The citizen's page as the saved draft would make it, with the candidates there are and those accepted and numbered, or two fictional ones. It runs no script, sends
 * nothing, and may be framed by the console alone. Refuses with not_found.
 */
export async function renderPreview(
  { db, site, clock }: { db: Db; site: Site; clock: () => number },
  { slug, page, phase, elder }: PreviewAsked,
): Promise<Preview> {
  const stored = await readStored(db, slug);
  const plan = planOf(stored);
  const now = momentOf(plan, phase, clock());
  const shown = [...(await readCandidates(db, stored.id)), ...(await readComing(db, stored))];
  const view: ContestView = {
    ...plan.settings,
    slug,
    version: stored.version,
    candidates: shown.length > 0 ? shown : sampleCandidates(plan),
    announced: announcedBy(phase, now),
    phase: phaseAt({ ...plan.settings, announced: announcedBy(phase, now) }, now),
    log: { origin: '', verifierKey: '' },
    account: null,
  };
  const path = `/c/${slug}${page}`;
  const first = { path, now: new Date(now).toISOString(), elder, contest: lightView(view, path) };
  const html = (await pageHtml(site, first, `<title>预览</title><style>${STYLE}</style>`))
    .replace(/<script\b[^>]*>[\s\S]*?<\/script>/gu, '')
    .replace(/<link\b[^>]*rel="modulepreload"[^>]*>/gu, '')
    // What is not published yet is seen through the console's door alone.
    .replace(/\/media\/(?=[0-9a-f]{24}-)/gu, `/api/console/contests/${slug}/media/`)
    // A countdown and a count come by script: a stroke stands where they will be.
    .replace(/(<b class="num"[^>]*>)\s*(?=<\/b>)/gu, '$1–');
  return { html, headers: { 'Content-Security-Policy': policyOf(site.csp) } };
}

/** The page's own, without anything that runs, asks or sends. */
function policyOf(csp: string): string {
  const kept = csp
    .split('; ')
    .filter((one) => /^(default|img|media|font|base)-/u.test(one) || one.startsWith('frame-ancestors'));
  const styles = csp.split('; ').find((one) => one.startsWith('style-src')) ?? "style-src 'self'";
  return [
    ...kept,
    `${styles} 'sha256-${hash('sha256', STYLE, 'base64')}'`,
    "script-src 'none'",
    "form-action 'none'",
    'sandbox allow-same-origin',
  ].join('; ');
}

/** As if what the phase shows had just been published. */
function announcedBy(phase: Phase | null, now: number): Announced {
  const at = new Date(now).toISOString();
  return {
    notice: phase === 'notice' || phase === 'result' ? at : null,
    result: phase === 'result' ? at : null,
  };
}

function momentOf({ settings }: ContestPlan, phase: Phase | null, now: number): number {
  if (phase === null) return now;
  const from = Date.parse(settings.schedule.find((step) => step.phase === phase)?.from ?? '');
  return Number.isFinite(from) ? from + 60_000 : now;
}

const samples = {
  person: {
    name: '林立夏',
    post: '执法大队副大队长',
    years: '9 年',
    reason: '三年排查危化企业 412 家，整改重大隐患 37 项，无一起较大事故。',
  },
  team: {
    name: '云岭蓝天救援队',
    post: null,
    years: '8 年',
    reason: '志愿者 216 人，参与搜救 197 次，服务 6.2 万小时。',
  },
  case: {
    name: '“网格加叫应”：山洪来临前的 43 分钟',
    post: null,
    years: null,
    reason: '设立三级叫应人，短临预警 5 分钟内层层签收。',
  },
  work: {
    name: '《出门前的三十秒》',
    post: null,
    years: null,
    reason: '用半分钟讲清出门前断电、断气、关窗。',
  },
  venue: { name: '青石镇安全体验馆', post: null, years: null, reason: '' },
} as const;

/** Two who do not exist, so that an empty list shows how a full one will look. */
function sampleCandidates({ settings, collection }: ContestPlan): Candidate[] {
  const kinds = collection.kinds.length > 0 ? collection.kinds : (['person'] as const);
  return [0, 1].map((at): Candidate => {
    const kind = kinds[at % kinds.length] ?? 'person';
    const category = settings.categories[at % Math.max(1, settings.categories.length)];
    const again = at > 0 && kind === kinds[0];
    const sample = samples[kind];
    return {
      ...sample,
      number: at + 1,
      kind,
      name: again ? (kind === 'person' ? '周明川' : `${sample.name}（二）`) : sample.name,
      category: category?.id ?? '',
      unit: '示例单位',
      deeds: [{ title: '主要事迹', paragraphs: ['这是预览用的示例文字，正式候选公布后会换成报送的内容。'] }],
      honours: [],
      photos: [],
      video: null,
      withdrawn: null,
    };
  });
}

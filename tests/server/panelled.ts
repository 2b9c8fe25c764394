import { randomBytes, randomUUID } from 'node:crypto';
import type { Outcome, PanelId } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom, plainCriterion, plainPanel } from '@zuimei/shared/judging/plain.ts';
import type { PanelsView, SeatLink } from '@zuimei/shared/panel.ts';
import type { SheetLines, SheetReceipt, SheetState, SheetView } from '@zuimei/shared/sheet.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';

export const REASON = '按评审方案办理';

/** From now the vote goes on so long: nobody is signed out meanwhile, nor has to prove anew who they are. */
export const VOTE_MS = 120_000;

/** A judge at their sheet. */
export interface Judge {
  seat: Omit<SeatLink, 'until'>;
  desk: Desk;
  sheet(): Promise<SheetView>;
  /** Saves these points of both criteria, whole points, by candidate; the others stay as they were. */
  score(points: Record<number, [one: number, other: number]>): Promise<SheetState>;
  save(lines: SheetLines, version: number): Promise<{ status: number; body: SheetState & { code?: string } }>;
  lock(abstained?: number[]): Promise<{ status: number; body: SheetReceipt & { code?: string } }>;
}

export interface Panelled {
  slug: string;
  id: number;
  path: string;
  organizer: Desk;
  auditor: Desk;
  invite(
    panel: PanelId,
    judges: { name: string; unit?: string; kind?: 'full' | 'trial' }[],
  ): Promise<Judge[]>;
  /** Whoever sits on it by now, however they were invited. */
  seated(): Promise<Judge[]>;
  /** Ballots for each of these, straight into the ledger. */
  vote(picks: number[][], given?: { held?: boolean; flags?: number }): Promise<void>;
  /** Goes past the end of the vote. */
  close(): void;
}

/** The rules: 40 % votes by rank, 60 % five experts with two criteria of ten points. */
export function outcomeOf(changes: Partial<Outcome> = {}): Outcome {
  const criteria = [plainCriterion('deed', '事迹', 60), plainCriterion('spirit', '精神', 40)];
  return outcomeFrom({
    candidates: 4,
    places: 2,
    weights: { vote: 40, expert: 60, media: 0, merit: 0 },
    panels: { expert: { ...plainPanel(criteria), least: 2 } },
    ...changes,
  });
}

/** A contest of four candidates with open voting, and its organizer and auditor. */
export async function panelled(
  site: TestSite,
  changes: Partial<Settings> & { outcome?: Outcome } = {},
  candidates = 4,
): Promise<Panelled> {
  const iso = (ms: number): string => new Date(site.now() + ms).toISOString();
  const rounds = [{ opens: iso(-HOUR_MS), closes: iso(VOTE_MS), numbers: null }];
  const made = await site.contest({ policy: 'loose', outcome: outcomeOf(), rounds, ...changes }, candidates);
  const { slug } = made;
  const path = `/api/console/contests/${slug}`;
  // Names that are nobody else's, without a digit: what searches for figures must not find them here.
  const mark = randomBytes(3)
    .toString('hex')
    .replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
  const organizer = await signIn(site, ['organizer'], `王组织${mark}`);
  const auditor = await signIn(site, ['auditor'], `钱审计${mark}`);

  async function sit(seat: Judge['seat']): Promise<Judge> {
    const { staff } = await site.parts.db
      .selectFrom('seat')
      .select('staff')
      .where('id', '=', seat.id)
      .executeTakeFirstOrThrow();
    const desk = await signIn(site, { staff });
    const sheet = () => desk.get<SheetView>(`${path}/sheet`);
    return {
      seat,
      desk,
      sheet,
      save: (lines, version) => desk.ask('PUT', `${path}/sheet`, { lines, version }),
      async score(points) {
        const { lines, version } = await sheet();
        const given = Object.entries(points).map(([number, [deed, spirit]]) => [
          number,
          { points: { deed: deed * 100, spirit: spirit * 100 }, abstained: false, note: '' },
        ]);
        const { status, body } = await desk.ask<SheetState>('PUT', `${path}/sheet`, {
          lines: { ...lines, ...Object.fromEntries(given) },
          version,
        });
        if (status !== 200) throw new Error(JSON.stringify(body));
        return body;
      },
      async lock(abstained = []) {
        const { version } = await sheet();
        return await desk.ask('POST', `${path}/sheet/lock`, { version, abstained });
      },
    };
  }

  return {
    ...made,
    path,
    organizer,
    auditor,
    async invite(panel, judges) {
      const seats = judges.map(({ name, unit = '', kind = 'full' }) => ({ panel, name, unit, kind }));
      const { links } = await organizer.post<{ links: SeatLink[] }>(`${path}/panels/seats`, { seats });
      const sat: Judge[] = [];
      for (const link of links) sat.push(await sit(link));
      return sat;
    },
    async seated() {
      const { panels } = await organizer.get<PanelsView>(`${path}/panels`);
      const sat: Judge[] = [];
      for (const { id, code, name } of panels.flatMap(({ seats }) => seats))
        sat.push(await sit({ id, code, name, link: '', login: '' }));
      return sat;
    },
    async vote(picks, { held = false, flags = 0 } = {}) {
      const contest = await site.parts.ledger.open(slug);
      await site.parts.ledger.commit(
        contest,
        picks.map((one) => ({
          ballotId: randomUUID(),
          voter: randomBytes(16).toString('hex'),
          picks: one,
          device: randomBytes(8),
          ip: randomBytes(16),
          state: held ? ('held' as const) : ('counted' as const),
          flags,
        })),
      );
    },
    close: () => site.pass(2 * VOTE_MS),
  };
}

import type { Role, SessionView } from '@zuimei/shared/staff.ts';

/**
 * Who may see each page, by its route's name: the router turns others away, the side bar does not show it to them. The server asks
 * again at every request; this only spares people a page that would be empty. What is not here is for everyone who is signed in.
 */
export const pageRoles = {
  home: ['administrator', 'organizer', 'reviewer', 'auditor', 'expert'],
  staff: ['administrator'],
  calendar: ['administrator'],
  upkeep: ['administrator'],
  log: ['administrator', 'auditor', 'organizer'],
  new: ['organizer'],
  next: ['organizer'],
  live: ['organizer', 'auditor'],
  ballots: ['auditor'],
  clusters: ['auditor'],
  report: ['auditor'],
  rulings: ['auditor'],
  settings: ['organizer'],
  units: ['organizer'],
  nominations: ['organizer', 'reviewer'],
  shortlist: ['organizer', 'reviewer'],
  candidates: ['organizer', 'auditor'],
  panels: ['organizer', 'auditor', 'reviewer'],
  standing: ['organizer', 'auditor'],
  course: ['organizer', 'auditor'],
  objections: ['organizer', 'auditor', 'reviewer'],
  out: ['organizer', 'auditor', 'reviewer', 'administrator'],
  print: ['organizer', 'auditor'],
  certificates: ['organizer'],
  sheet: ['expert'],
  checkpoints: ['auditor', 'organizer'],
  checkpoint: ['auditor', 'organizer'],
  closing: ['auditor', 'organizer'],
  unit: ['unit'],
  points: ['editor'],
  filings: ['contributor'],
  contributors: ['editor'],
  newsroom: ['editor'],
  outlets: ['editor'],
  commissions: ['editor'],
  forfeits: ['editor', 'auditor'],
} as const satisfies Record<string, readonly Role[]>;

export type PageName = keyof typeof pageRoles;

/** Of a contest's pages, where somebody with these roles begins. */
export function firstPage(has: (...roles: readonly Role[]) => boolean): PageName {
  const first = (['next', 'nominations', 'live', 'sheet', 'out'] as const).find((name) =>
    has(...pageRoles[name]),
  );
  return first ?? 'home';
}

/** The contest of a judge who has nothing else to do here than to judge it; null = there is more, or less, to choose from. */
export function onlyContest({ roles, contests }: Pick<SessionView, 'roles' | 'contests'>): string | null {
  const judges = roles.length === 1 && roles[0] === 'expert';
  return judges && contests !== 'all' && contests.length === 1 ? (contests[0] ?? null) : null;
}

/** Where to go after signing in: what `?to=` asks for if it is a page of the console, else home. */
export function wayBack(to: unknown): string {
  return typeof to === 'string' && /^\/console(?:[/?#]|$)/.test(to) && !to.startsWith('/console/sign-in')
    ? to
    : '/console';
}

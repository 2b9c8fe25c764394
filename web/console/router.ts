import { createRouter, type RouteRecordRaw, type RouterHistory } from 'vue-router';
import type { Role } from '@zuimei/shared/staff.ts';
import { menuFor, siteMenu } from './frame/menu.ts';
import { firstPage, onlyContest, type PageName, pageRoles } from './lib/access.ts';
import { useSession } from './lib/session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see the page; absent = everyone who is signed in. The server asks again at every request. */
    roles?: readonly Role[];
    /** For who is not signed in, too. */
    open?: true;
    /** Without the side bar. */
    bare?: true;
    /** Opens without a network for whoever this browser keeps it for. */
    kept?: true;
    /** The page of the side bar that it belongs to, where it is none itself. */
    under?: PageName;
  }
}

/** Pages are loaded lazily. */
export const routes: RouteRecordRaw[] = [
  {
    path: '/console',
    name: 'home',
    meta: { roles: pageRoles.home },
    component: () => import('./organizer/ContestsPage.vue'),
  },
  {
    path: '/console/sign-in',
    name: 'sign-in',
    meta: { open: true, bare: true },
    component: () => import('./sign/SignInPage.vue'),
  },
  {
    path: '/console/join',
    name: 'join',
    meta: { open: true, bare: true },
    component: () => import('./sign/JoinPage.vue'),
  },
  { path: '/console/account', name: 'account', component: () => import('./sign/AccountPage.vue') },
  { path: '/console/help', name: 'help', component: () => import('./organizer/HelpPage.vue') },
  {
    path: '/console/staff',
    name: 'staff',
    meta: { roles: pageRoles.staff },
    component: () => import('./admin/StaffPage.vue'),
  },
  {
    path: '/console/calendar',
    name: 'calendar',
    meta: { roles: pageRoles.calendar },
    component: () => import('./admin/CalendarPage.vue'),
  },
  {
    path: '/console/upkeep',
    name: 'upkeep',
    meta: { roles: pageRoles.upkeep },
    component: () => import('./admin/UpkeepPage.vue'),
  },
  {
    path: '/console/log',
    name: 'log',
    meta: { roles: pageRoles.log },
    component: () => import('./admin/ActionLogPage.vue'),
  },
  {
    path: '/console/new',
    name: 'new',
    meta: { roles: pageRoles.new },
    component: () => import('./organizer/NewContestPage.vue'),
  },
  {
    path: '/console/c/:slug',
    name: 'contest',
    // Never shown: the guard below sends on to the first page of the contest that this person may see.
    component: () => import('./frame/MissingPage.vue'),
  },
  {
    path: '/console/c/:slug/next',
    name: 'next',
    meta: { roles: pageRoles.next },
    component: () => import('./organizer/NextPage.vue'),
  },
  {
    path: '/console/c/:slug/live',
    name: 'live',
    meta: { roles: pageRoles.live },
    component: () => import('./organizer/LivePage.vue'),
  },
  {
    path: '/console/c/:slug/rulings',
    name: 'rulings',
    meta: { roles: pageRoles.rulings },
    component: () => import('./auditor/RulingsPage.vue'),
  },
  {
    path: '/console/c/:slug/rulings/:id(\\d+)',
    name: 'proposal',
    meta: { roles: pageRoles.rulings, under: 'rulings' },
    component: () => import('./auditor/ProposalPage.vue'),
  },
  {
    path: '/console/c/:slug/settings',
    name: 'settings',
    meta: { roles: pageRoles.settings },
    component: () => import('./organizer/SettingsPage.vue'),
  },
  {
    path: '/console/c/:slug/units',
    name: 'units',
    meta: { roles: pageRoles.units },
    component: () => import('./organizer/UnitsPage.vue'),
  },
  {
    path: '/console/c/:slug/nominations',
    name: 'nominations',
    meta: { roles: pageRoles.nominations },
    component: () => import('./organizer/NominationsPage.vue'),
  },
  {
    path: '/console/c/:slug/shortlist',
    name: 'shortlist',
    meta: { roles: pageRoles.shortlist },
    component: () => import('./organizer/ShortlistPage.vue'),
  },
  {
    path: '/console/c/:slug/candidates',
    name: 'candidates',
    meta: { roles: pageRoles.candidates },
    component: () => import('./organizer/CandidatesPage.vue'),
  },
  {
    path: '/console/c/:slug/panels',
    name: 'panels',
    meta: { roles: pageRoles.panels },
    component: () => import('./organizer/PanelsPage.vue'),
  },
  {
    path: '/console/c/:slug/standing',
    name: 'standing',
    meta: { roles: pageRoles.standing },
    component: () => import('./organizer/StandingPage.vue'),
  },
  {
    path: '/console/c/:slug/course',
    name: 'course',
    meta: { roles: pageRoles.course },
    component: () => import('./organizer/CoursePage.vue'),
  },
  {
    path: '/console/c/:slug/objections',
    name: 'objections',
    meta: { roles: pageRoles.objections },
    component: () => import('./organizer/ObjectionsPage.vue'),
  },
  {
    path: '/console/c/:slug/out',
    name: 'out',
    meta: { roles: pageRoles.out },
    component: () => import('./organizer/OutPage.vue'),
  },
  {
    path: '/console/c/:slug/print/:what',
    name: 'print',
    meta: { roles: pageRoles.print, bare: true },
    component: () => import('./organizer/out/PrintPage.vue'),
  },
  {
    path: '/console/c/:slug/certificates',
    name: 'certificates',
    meta: { roles: pageRoles.certificates, bare: true },
    component: () => import('./organizer/certificates/PrintPage.vue'),
  },
  {
    path: '/console/c/:slug/sheet',
    name: 'sheet',
    meta: { roles: pageRoles.sheet, bare: true, kept: true },
    component: () => import('./expert/SheetPage.vue'),
  },
  {
    path: '/console/c/:slug/ballots',
    name: 'ballots',
    meta: { roles: pageRoles.ballots },
    component: () => import('./auditor/BallotsPage.vue'),
  },
  {
    path: '/console/c/:slug/clusters',
    name: 'clusters',
    meta: { roles: pageRoles.clusters },
    component: () => import('./auditor/ClustersPage.vue'),
  },
  {
    path: '/console/c/:slug/clusters/:id',
    name: 'cluster',
    meta: { roles: pageRoles.clusters, under: 'clusters' },
    component: () => import('./auditor/ClusterPage.vue'),
  },
  {
    path: '/console/c/:slug/report',
    name: 'report',
    meta: { roles: pageRoles.report, bare: true },
    component: () => import('./auditor/ReportPage.vue'),
  },
  {
    path: '/console/c/:slug/checkpoints',
    name: 'checkpoints',
    meta: { roles: pageRoles.checkpoints },
    component: () => import('./auditor/CheckpointsPage.vue'),
  },
  {
    path: '/console/c/:slug/closing',
    name: 'closing',
    meta: { roles: pageRoles.closing, bare: true },
    component: () => import('./auditor/closing/PrintPage.vue'),
  },
  {
    path: '/console/c/:slug/checkpoints/:day',
    name: 'checkpoint',
    meta: { roles: pageRoles.checkpoint, bare: true },
    component: () => import('./auditor/checkpoint/PrintPage.vue'),
  },
  {
    path: '/console/newsroom',
    name: 'newsroom',
    meta: { roles: pageRoles.newsroom },
    component: () => import('./publicity/newsroom/NewsroomPage.vue'),
  },
  {
    path: '/console/outlets',
    name: 'outlets',
    meta: { roles: pageRoles.outlets },
    component: () => import('./publicity/newsroom/OutletsPage.vue'),
  },
  {
    path: '/console/commissions',
    name: 'commissions',
    meta: { roles: pageRoles.commissions },
    component: () => import('./publicity/newsroom/CommissionsPage.vue'),
  },
  {
    path: '/console/forfeits',
    name: 'forfeits',
    meta: { roles: pageRoles.forfeits },
    component: () => import('./publicity/newsroom/ForfeitsPage.vue'),
  },
  {
    path: '/console/unit',
    name: 'unit',
    // Open, since a unit comes by its link (#key) and the page signs it in; later the guard knows it by its session.
    meta: { open: true, bare: true },
    component: () => import('./unit/PortalPage.vue'),
  },
  {
    path: '/console/points',
    name: 'points',
    meta: { roles: pageRoles.points },
    component: () => import('./publicity/points/PointsPage.vue'),
  },
  {
    path: '/console/filings',
    name: 'filings',
    // Open, as a unit's portal is: a contributor comes by its link.
    meta: { open: true, bare: true },
    component: () => import('./publicity/filings/FilingsPage.vue'),
  },
  {
    path: '/console/contributors',
    name: 'contributors',
    meta: { roles: pageRoles.contributors },
    component: () => import('./publicity/roster/ContributorsPage.vue'),
  },
  {
    path: '/:rest(.*)*',
    name: 'missing',
    meta: { open: true, bare: true },
    component: () => import('./frame/MissingPage.vue'),
  },
];

/** Pages of who comes by a link. */
const byLink = new Set<unknown>(['unit', 'filings']);

/** Who is not signed in goes to sign in first and comes back to where they wanted; a unit's home is its portal. */
export function createConsoleRouter(history: RouterHistory) {
  const router = createRouter({
    history,
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (!session.me && (!to.meta.open || (byLink.has(to.name) && !to.hash))) await session.load();
    if (to.meta.open) return true;
    if (session.fault && to.meta.kept) session.recall(String(to.params['slug']));
    // The server could not be asked: the page says so, with the way to try again.
    if (session.fault) return true;
    if (!session.me) return { name: 'sign-in', query: { to: to.fullPath } };
    // Who has no contests begins with the first page that is theirs.
    if (to.name === 'home' && !session.has(...pageRoles.home))
      return { name: menuFor(siteMenu, session.has)[0]?.name ?? 'account' };
    const sheet = to.name === 'home' ? onlyContest(session.me) : null;
    if (sheet) return { name: 'sheet', params: { slug: sheet } };
    // Whose pages are all of the publicity begins with the first of them.
    if (to.name === 'home' && !session.has(...pageRoles.home)) {
      const [first] = menuFor(siteMenu, session.has);
      if (first) return { name: first.name };
    }
    if (to.name === 'contest')
      return { name: firstPage(session.has), params: { slug: to.params.slug }, replace: true };
    return true;
  });
  return router;
}

import { createPinia } from 'pinia';
import { createSSRApp } from 'vue';
import { createRouter, type RouterHistory } from 'vue-router';
import type { Made, PublicCourse } from '@zuimei/shared/result/view.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import App from './App.vue';
import { useContest } from './contest/contest.ts';
import { useClock } from './frame/clock.ts';
import { useElder } from './frame/elder.ts';
import { useHome } from './home/home.ts';
import { routes } from './router.ts';

/**
 * What the server gives with a page and the phone takes over: public, the same for every visitor. `path` is the URL's path
 * with its query; `now` the moment the HTML was made (it may be served for a while).
 */
export interface FirstData {
  path: string;
  now: string;
  elder: boolean;
  contest?: ContestView;
  contests?: ContestSummary[];
  course?: PublicCourse;
  made?: Made;
  notFound?: true;
}

/** The page, on the server and on the phone, opened at `first`. */
export function createCitizenApp(first: FirstData, history: RouterHistory) {
  const app = createSSRApp(App);
  const pinia = createPinia();
  app.use(pinia);
  // Pages that come later take their own part of it (course/course.ts).
  app.provide('first', first);
  useClock(pinia).stand(Date.parse(first.now));
  useElder(pinia).on = first.elder;
  const contest = useContest(pinia);
  if (first.contest) contest.show(first.contest);
  else if (first.notFound) contest.status = 'missing';
  if (first.contests) useHome(pinia).show(first.contests);
  const router = createRouter({
    history,
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  });
  app.use(router);
  return { app, router, pinia };
}

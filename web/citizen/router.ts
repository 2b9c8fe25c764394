import type { RouteRecordRaw } from 'vue-router';
import ContestFrame from './contest/ContestFrame.vue';
import ContestPage from './contest/ContestPage.vue';
import MissingPage from './frame/MissingPage.vue';

/** The list is in the first script, where a vote begins; every other page comes when it is asked for. */
export const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./home/HomePage.vue') },
  {
    path: '/c/:slug',
    component: ContestFrame,
    children: [
      { path: '', name: 'contest', component: ContestPage },
      { path: 'n/:number(\\d+)', name: 'candidate', component: () => import('./detail/DetailPage.vue') },
      { path: 'rank', name: 'rank', component: () => import('./rank/RankPage.vue') },
      { path: 'mine', name: 'mine', component: () => import('./mine/MinePage.vue') },
      { path: 'rules', name: 'rules', component: () => import('./rules/RulesPage.vue') },
      { path: 'verify', name: 'verify', component: () => import('./verify/VerifyPage.vue') },
      { path: 'objection', name: 'objection', component: () => import('./objection/ObjectionPage.vue') },
      { path: 'notice', name: 'notice', component: () => import('./course/NoticePage.vue') },
      { path: 'result', name: 'result', component: () => import('./course/ResultPage.vue') },
      { path: 'made/:number(\\d+)', name: 'made', component: () => import('./course/MadePage.vue') },
      { path: 'poster', name: 'poster', component: () => import('./poster/PosterPage.vue') },
    ],
  },
  { path: '/:rest(.*)*', name: 'missing', component: MissingPage },
];

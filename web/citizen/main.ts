import '../lib/engine.ts';
import { createWebHistory } from 'vue-router';
import './style/tokens.css';
import './style/base.css';
import { createCitizenApp, type FirstData } from './app.ts';
import { watchVisit } from './ballot/visit.ts';
import { noteArrival } from './frame/arrival.ts';

noteArrival();
watchVisit();
const { app, router } = createCitizenApp(readFirst(), createWebHistory());
// A part of the page that did not arrive (bad network, or a new version was published): load the page whole.
router.onError((_, to) => location.assign(to.fullPath));
void router.isReady().then(() => app.mount('#app'));

/** Given with the page; without it (a template served bare) everything is asked for over the API. */
function readFirst(): FirstData {
  const text = document.getElementById('first')?.textContent;
  if (text) return JSON.parse(text) as FirstData;
  const elder = /(?:^|; )elder=1/.test(document.cookie);
  // What time it is the first reply says.
  return { path: location.pathname, now: new Date(0).toISOString(), elder };
}

import { createPinia } from 'pinia';
import { createApp, nextTick } from 'vue';
import { createWebHistory } from 'vue-router';
import './style/tokens.css';
import './style/base.css';
import App from './App.vue';
import { whenSignedOut } from './client.ts';
import { createConsoleRouter } from './router.ts';
import { useSession } from './session.ts';

const app = createApp(App);
app.use(createPinia());
const router = createConsoleRouter(createWebHistory());
app.use(router);

const session = useSession();
whenSignedOut(async () => {
  if (!session.me) return;
  const to = router.currentRoute.value;
  session.clear();
  if (to.meta.open) return;
  session.holding = true;
  // The page is marked to be kept in one step and left in the next.
  await nextTick();
  await router.push({ name: 'sign-in', query: { to: to.fullPath, again: '1' } });
});
// A part of the console that did not arrive (bad network, or a new version was published): load the page whole.
router.onError((_, to) => location.assign(to.fullPath));
void router.isReady().then(() => app.mount('#app'));

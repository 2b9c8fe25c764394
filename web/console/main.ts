import '../lib/engine.ts';
import { createPinia } from 'pinia';
import { createApp, nextTick } from 'vue';
import { createWebHistory } from 'vue-router';
import './style/tokens.css';
import './style/base.css';
import App from './App.vue';
import { useToast } from './frame/toast.ts';
import { whenSignedOut, whenStale } from './lib/client.ts';
import { useSession } from './lib/session.ts';
import { createConsoleRouter } from './router.ts';
import { useReauth } from './sign/reauth.ts';

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
whenStale(({ details }) => useReauth().ask(details['by'] === 'password' ? 'password' : 'code'));
let shown = false;
// A part of the console that did not arrive. Where a new version was published the whole page is loaded; where there is no network
// that would put the browser's own error in the place of what is on the screen.
router.onError(async (_, to) => {
  if (shown && !(await isReached(to.fullPath)))
    return useToast().say('网络没有连上，这一页没有打开，请检查网络后再点一次。');
  location.assign(to.fullPath);
});
void router.isReady().then(() => {
  app.mount('#app');
  shown = true;
});

/** Any answer will do. */
async function isReached(path: string): Promise<boolean> {
  return await fetch(path, { method: 'HEAD', cache: 'no-store' }).then(
    () => true,
    () => false,
  );
}

import { renderToString } from 'vue/server-renderer';
import { createMemoryHistory } from 'vue-router';
import { createCitizenApp, type FirstData } from './app.ts';

export type { FirstData };

/**
 * The HTML of #app for one URL. It depends on `first` alone: no counts, no countdown, nothing of a voter; the server may keep
 * it per contest version, phase and 长辈版 and serve it to everybody.
 */
export async function render(first: FirstData): Promise<string> {
  const { app, router } = createCitizenApp(first, createMemoryHistory());
  await router.push(first.path);
  await router.isReady();
  return renderToString(app);
}

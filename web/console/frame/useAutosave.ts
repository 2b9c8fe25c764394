import { onBeforeUnmount, watch } from 'vue';
import { type Autosave, createAutosave, type Work } from './autosave.ts';

/**
 * A piece of work that is saved as it is typed, as long as this component stands: see createAutosave. It is saved at once when the network
 * is back, when the page goes out of sight, and when the component goes (without a shelf whoever leaves has been asked: then it stops for
 * good). The browser asks before the page goes with something that is kept nowhere.
 */
export function useAutosave<View extends { version: number }, Saved extends { version: number } = View>(
  first: View,
  work: Work<View, Saved>,
): Autosave<View> {
  const autosave = createAutosave(first, work);
  const now = (): void => {
    if (autosave.isDirty()) void autosave.flush();
  };
  const warn = (event: BeforeUnloadEvent): void => {
    if (autosave.isAtRisk()) event.preventDefault();
  };
  const turn = (): void => {
    if (document.visibilityState === 'hidden') now();
  };
  watch(work.text, autosave.touched);
  window.addEventListener('online', now);
  window.addEventListener('beforeunload', warn);
  document.addEventListener('visibilitychange', turn);
  onBeforeUnmount(() => {
    window.removeEventListener('online', now);
    window.removeEventListener('beforeunload', warn);
    document.removeEventListener('visibilitychange', turn);
    if (work.shelf) now();
    else autosave.stop();
  });
  return autosave;
}

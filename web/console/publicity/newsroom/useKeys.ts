import { onBeforeUnmount, onMounted } from 'vue';

/** What each key does; absent = nothing at present. */
export type Keys = Partial<Record<'j' | 'k' | 'a' | 'r' | 'u' | 'x', () => void>>;

const arrows: Partial<Record<string, keyof Keys>> = { arrowdown: 'j', arrowup: 'k' };

/** Single keys while nobody types and nothing lies over the page but at most `dialogs` (the drawer that is read in). */
export function useKeys(keys: () => Keys, dialogs: () => number): void {
  function press(event: KeyboardEvent): void {
    const within = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (within.closest('input:not([type=checkbox]), textarea, select, [role=tablist]')) return;
    if (document.querySelectorAll('dialog[open]').length > dialogs()) return;
    const key = event.key.toLowerCase();
    const act = keys()[arrows[key] ?? (key as keyof Keys)];
    if (!act) return;
    event.preventDefault();
    act();
  }
  onMounted(() => addEventListener('keydown', press));
  onBeforeUnmount(() => removeEventListener('keydown', press));
}

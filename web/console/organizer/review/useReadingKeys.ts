import { onBeforeUnmount, onMounted } from 'vue';

/** What the keys of the drawer do. */
export interface ReadingKeys {
  /** Nothing lies over what is read, and it is open. */
  listening: () => boolean;
  /** It waits for a verdict. */
  decidable: () => boolean;
  /** Digits are points. */
  scored: boolean;
  go: (by: 1 | -1) => void;
  accept: () => void;
  sendBack: () => void;
}

/** ← → go to the neighbours, A accepts, R returns, a digit goes into the field of points; never while somebody types. */
export function useReadingKeys(keys: ReadingKeys): void {
  function press(event: KeyboardEvent): void {
    const typing = (event.target as HTMLElement).closest('input, textarea, select, [role=tablist]');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys.listening()) return;
    if (document.querySelectorAll('dialog[open]').length > 1) return;
    const key = event.key.toLowerCase();
    if (key === 'arrowright') keys.go(1);
    else if (key === 'arrowleft') keys.go(-1);
    else if (!keys.decidable()) return;
    else if (/^\d$/.test(key) && keys.scored) return score();
    else if (key === 'a') keys.accept();
    else if (key === 'r') keys.sendBack();
    else return;
    event.preventDefault();
  }
  onMounted(() => addEventListener('keydown', press));
  onBeforeUnmount(() => removeEventListener('keydown', press));
}

/** The digit that was pressed goes into the field that has the keyboard from now on. */
function score(): void {
  const field = document.querySelector<HTMLInputElement>('.screen-form input');
  field?.focus();
  field?.select();
}

import { onMounted, onUnmounted, type Ref } from 'vue';

const focusable = 'a[href], button:not([disabled]), input, select, textarea, [tabindex="0"]';

/** Sheets on show: one may follow another before the first is gone. */
let sheets = 0;

function cover(change: 1 | -1): void {
  sheets += change;
  document.documentElement.classList.toggle('behind', sheets > 0);
  const app = document.getElementById('app');
  if (sheets > 0) app?.setAttribute('aria-hidden', 'true');
  else app?.removeAttribute('aria-hidden');
}

/** Keeps the keyboard inside `panel` while it is mounted; Esc and a tap beside it close; focus goes back to where it was. */
export function useModal(panel: Ref<HTMLElement | null>, close: () => void): void {
  let before: Element | null = null;

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    }
    if (event.key === 'Tab' && panel.value) turn(event, panel.value);
  }

  function onDim(event: Event): void {
    if (event.target === event.currentTarget) close();
  }

  onMounted(() => {
    panel.value?.parentElement?.addEventListener('click', onDim);
    before = document.activeElement;
    document.addEventListener('keydown', onKey);
    cover(1);
    panel.value?.focus({ preventScroll: true });
  });
  onUnmounted(() => {
    document.removeEventListener('keydown', onKey);
    cover(-1);
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  });
}

/** At either end, Tab goes on at the other. */
function turn(event: KeyboardEvent, panel: HTMLElement): void {
  const stops = [...panel.querySelectorAll<HTMLElement>(focusable)];
  const first = stops[0];
  const last = stops.at(-1);
  if (!first || !last) return event.preventDefault();
  const at = document.activeElement;
  const outside = !panel.contains(at) || at === panel;
  if (event.shiftKey ? outside || at === first : outside || at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

import { onMounted, onUnmounted, type Ref } from 'vue';

const focusable = 'a[href], button:not([disabled]), input, select, textarea, [tabindex="0"]';

/** Sheets on show: one may follow another before the first is gone. */
let drawers = 0;

function cover(change: 1 | -1): void {
  drawers += change;
  document.documentElement.classList.toggle('behind', drawers > 0);
  const app = document.getElementById('app');
  if (drawers > 0) app?.setAttribute('aria-hidden', 'true');
  else app?.removeAttribute('aria-hidden');
}

/** Keeps the keyboard inside `box` while it is mounted; Esc and a tap beside it close; focus goes back to where it was. */
export function useModal(box: Ref<HTMLElement | null>, close: () => void): void {
  let before: Element | null = null;

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    }
    if (event.key === 'Tab' && box.value) turn(event, box.value);
  }

  function onDim(event: Event): void {
    if (event.target === event.currentTarget) close();
  }

  onMounted(() => {
    box.value?.parentElement?.addEventListener('click', onDim);
    before = document.activeElement;
    document.addEventListener('keydown', onKey);
    cover(1);
    box.value?.focus({ preventScroll: true });
  });
  onUnmounted(() => {
    document.removeEventListener('keydown', onKey);
    cover(-1);
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  });
}

/** At either end, Tab goes on at the other. */
function turn(event: KeyboardEvent, box: HTMLElement): void {
  const stops = [...box.querySelectorAll<HTMLElement>(focusable)];
  const first = stops[0];
  const last = stops.at(-1);
  if (!first || !last) return event.preventDefault();
  const at = document.activeElement;
  const outside = !box.contains(at) || at === box;
  if (event.shiftKey ? outside || at === first : outside || at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

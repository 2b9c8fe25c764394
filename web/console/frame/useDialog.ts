import { onBeforeUnmount, onMounted, type Ref, watch } from 'vue';

let open = 0;
const FIRST = '.dialog-body :is(input:not([type="file"]), select, textarea):not(:disabled):not([readonly])';

/**
 * Keeps a native dialog as `shown` says. The browser holds the focus inside, gives it back, and takes Esc; the page behind does not
 * scroll meanwhile. `mayClose` is asked when the person presses Esc or beside the dialog.
 */
export function useDialog(
  dialog: Ref<HTMLDialogElement | null>,
  shown: Ref<boolean>,
  mayClose: () => boolean,
) {
  let counted = false;
  let pressedBeside = false;

  function count(on: boolean): void {
    if (on === counted) return;
    counted = on;
    open += on ? 1 : -1;
    document.documentElement.classList.toggle('behind', open > 0);
  }

  function apply(): void {
    const element = dialog.value;
    if (!element) return;
    if (shown.value && !element.open) {
      element.showModal();
      // What is to be filled in comes first; where nothing is, the dialog itself and not its 关闭.
      (element.querySelector<HTMLElement>(FIRST) ?? element).focus();
    }
    if (!shown.value && element.open) element.close();
    count(shown.value);
  }

  onMounted(() => watch(shown, apply, { immediate: true, flush: 'post' }));
  onBeforeUnmount(() => {
    // Taken away while open, it would take the focus with it.
    if (dialog.value?.open) dialog.value.close();
    count(false);
  });

  function close(): void {
    if (mayClose()) shown.value = false;
  }

  return {
    cancel(event: Event): void {
      // A file field inside sends a cancel of its own.
      if (event.target !== dialog.value) return;
      event.preventDefault();
      close();
    },
    closed(event: Event): void {
      if (event.target === dialog.value) shown.value = false;
    },
    press(event: MouseEvent): void {
      pressedBeside = event.target === dialog.value;
    },
    // Only a press that began beside it: a text dragged out of the dialog is no wish to close.
    release(event: MouseEvent): void {
      if (pressedBeside && event.target === dialog.value) close();
    },
  };
}

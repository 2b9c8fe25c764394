import { defineStore } from 'pinia';
import { ref } from 'vue';

export type ReauthKind = 'code' | 'password';

/** What is asked of somebody before an act that cannot be taken back, when their last proof is too old (client.ts whenStale). */
export const useReauth = defineStore('reauth', () => {
  /** null = nothing is asked. */
  const by = ref<ReauthKind | null>(null);
  let asked: Promise<boolean> | null = null;
  let settle: (proved: boolean) => void = () => {};

  /** Whether it was proved. Of several who ask at once all hear the one answer. */
  function ask(kind: ReauthKind): Promise<boolean> {
    asked ??= new Promise<boolean>((resolve) => {
      settle = resolve;
      by.value = kind;
    });
    return asked;
  }

  function end(proved: boolean): void {
    by.value = null;
    asked = null;
    settle(proved);
  }

  return { by, ask, end };
});

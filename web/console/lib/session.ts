import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Role, SessionView } from '@zuimei/shared/staff.ts';
import { forgetFiles } from '../expert/offline.ts';
import { forgetSheets, readPart } from '../expert/shelf.ts';
import { filingShelf } from '../publicity/filings/shelf.ts';
import { forgetOthers } from '../unit/typed.ts';
import { api, carryCsrf, type Fault } from './client.ts';

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const me = ref<SessionView | null>(null);
  /** Why nobody knows who is signed in: the server could not be asked. */
  const fault = ref<Fault | null>(null);
  /** While one who was signed out in the middle of work signs in again, the page they were on is kept as it is. */
  const holding = ref(false);
  let lastSeen: string | null = null;

  /** Asks the server. Call it after every sign-in; gives whether somebody is signed in. */
  async function load(): Promise<boolean> {
    const answer = await api.get('/api/console/session');
    if (answer.ok) take(answer.value);
    else {
      me.value = null;
      fault.value = answer.fault.code === 'signed_out' ? null : answer.fault;
      if (answer.fault.code === 'signed_out') {
        forgetOthers(null);
        filingShelf.forgetOthers(null);
        forgetSheets(null);
      }
    }
    return answer.ok;
  }

  /** Asks again for what goes with every change; whoever stands here stays when nobody answers. */
  async function renew(): Promise<void> {
    const answer = await api.get('/api/console/session');
    if (answer.ok) take(answer.value);
  }

  /** Takes the judge for whom this browser keeps the sheet of a contest, while the server cannot be asked; `renew` when it can. */
  function recall(slug: string): void {
    const kept = fault.value?.code === 'lost' ? readPart({ slug, staff: null }, 'view') : null;
    if (!kept) return;
    me.value = kept.me;
    fault.value = null;
  }

  function take(view: SessionView): void {
    const person = `${view.id} ${view.login} ${view.unit?.id} ${view.contributor}`;
    // Another person must not find what the one before was writing.
    if (person !== lastSeen) holding.value = false;
    lastSeen = person;
    forgetOthers(view.unit?.id ?? 0);
    filingShelf.forgetOthers(view.contributor ?? 0);
    forgetSheets(view.id ?? 0);
    me.value = view;
    fault.value = null;
    carryCsrf(view.csrf);
  }

  function clear(): void {
    me.value = null;
    carryCsrf('');
  }

  /** Ends the session on the server; gives the fault when it could not be ended. */
  async function leave(): Promise<Fault | null> {
    const answer = await api.post('/api/console/sign-out');
    if (!answer.ok && answer.fault.code !== 'signed_out') return answer.fault;
    holding.value = false;
    forgetOthers(null, true);
    filingShelf.forgetOthers(null, true);
    forgetSheets(null, true);
    await forgetFiles();
    clear();
    return null;
  }

  /** Holds at least one of these roles. */
  function has(...wanted: readonly Role[]): boolean {
    return me.value?.roles.some((role) => wanted.includes(role)) ?? false;
  }

  return {
    me,
    fault,
    holding,
    csrf: computed(() => me.value?.csrf ?? ''),
    load,
    renew,
    recall,
    clear,
    leave,
    has,
  };
});

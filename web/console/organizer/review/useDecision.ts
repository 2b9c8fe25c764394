import { type Ref, ref } from 'vue';
import type { ReviewView, Verdict } from '@zuimei/shared/shortlist.ts';
import { useToast } from '../../frame/toast.ts';
import { api, type Fault } from '../../lib/client.ts';

/** Deciding on the one that is read. `then`: what follows a verdict, and what follows its being taken back from its message. */
export function useDecision(
  slug: string,
  view: Readonly<Ref<ReviewView | null>>,
  then: { decided: (verdict: Verdict) => Promise<void>; undone: () => Promise<void> },
) {
  const toast = useToast();
  const busy = ref(false);
  const fault = ref<Fault | null>(null);

  /** Decides on what is shown; the next one follows. */
  async function decide(verdict: Verdict, reason = ''): Promise<Fault | null> {
    const one = view.value;
    if (!one || busy.value) return null;
    busy.value = true;
    fault.value = null;
    const asked = { ids: [one.id], verdict, reason, versions: { [one.id]: one.version } };
    const answer = await api.post('/api/console/contests/:slug/nominations/decide', { slug }, asked);
    busy.value = false;
    if (!answer.ok) return answer.fault;
    const [refused] = answer.value.refused;
    if (refused) return { code: refused.code, details: refused.details, retryAfterMs: null };
    const words = {
      submit: '已提交',
      accept: '已通过',
      return: '已退回',
      decline: '已标为未入选',
      undo: '已撤销决定',
    };
    const [done] = answer.value.done;
    const back =
      done && (verdict === 'accept' || verdict === 'decline' || verdict === 'return')
        ? { label: '撤销', run: () => void undo(done.id, done.version) }
        : null;
    toast.say(`${one.name}：${words[verdict]}`, back);
    await then.decided(verdict);
    return null;
  }
  /** Takes back what was just decided, from the message that said so; whoever changed or decided anything since keeps that. */
  async function undo(id: number, version: number): Promise<void> {
    const answer = await api.post(
      '/api/console/contests/:slug/nominations/decide',
      { slug },
      { ids: [id], verdict: 'undo', reason: '', versions: { [id]: version } },
    );
    const done = answer.ok && answer.value.refused.length === 0;
    toast.say(done ? '已撤销决定' : '没有撤销成，请打开这份报送查看');
    await then.undone();
  }

  return { busy, fault, decide };
}

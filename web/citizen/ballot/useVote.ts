import { computed } from 'vue';
import { useContest } from '../contest/contest.ts';
import { useToast } from '../frame/toast.ts';
import { useBallot } from './ballot.ts';
import { useOutbox } from './outbox.ts';
import { useReceiptSheet } from './sheet.ts';

/** The one main act, the same on bar, panel and sheet: cast what is picked, or say what is still missing. */
export function useVote() {
  const contest = useContest();
  const ballot = useBallot();
  const outbox = useOutbox();
  const toast = useToast();
  const sheet = useReceiptSheet();

  const can = computed(() => outbox.needsVoter || (ballot.ready.kind === 'ready' && !outbox.underway));
  const words = computed(() => {
    if (outbox.needsVoter) return '请先回答一道题';
    if (outbox.state?.kind === 'proving') return '正在做安全验证，完成后自动提交';
    if (outbox.underway) return '正在送达，请稍候';
    return ballot.ready.words;
  });
  const label = computed(() => {
    if (outbox.needsVoter) return '去回答';
    return outbox.underway ? '处理中' : '投票';
  });

  function vote(): void {
    if (outbox.underway) return sheet.show();
    if (!can.value) return toast.say(`${ballot.ready.words}。`);
    const slug = contest.view?.slug;
    if (!slug) return;
    outbox.post(slug, [...ballot.picks]);
    sheet.follow();
  }

  return { can, words, label, vote };
}

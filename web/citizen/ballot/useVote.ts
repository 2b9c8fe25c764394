import { computed } from 'vue';
import { asksWechat, inWechat } from '../../lib/wechat.ts';
import { useContest } from '../contest/contest.ts';
import { useClock } from '../frame/clock.ts';
import { useToast } from '../frame/toast.ts';
import { useBallot } from './ballot.ts';
import { useReceiptDrawer } from './drawer.ts';
import { useMe } from './me.ts';
import { useOutbox } from './outbox.ts';

/** The one main act, the same on bar, aside and drawer: cast what is picked, or say what is still missing. */
export function useVote() {
  const contest = useContest();
  const ballot = useBallot();
  const outbox = useOutbox();
  const toast = useToast();
  const drawer = useReceiptDrawer();
  const me = useMe();
  const clock = useClock();

  /** Where this contest's ballots are cast, if not here: in WeChat, or nowhere before an account is connected. */
  const barred = computed<'elsewhere' | 'nowhere' | null>(() => {
    const view = contest.view;
    // The first HTML is the same for everybody.
    if (!view || !clock.running || me.view?.identity === 'wechat') return null;
    const inside = inWechat(navigator.userAgent);
    if (!asksWechat(view.wechat, inside)) return null;
    if (!view.account) return 'nowhere';
    return inside ? null : 'elsewhere';
  });
  const elsewhere = computed(() => barred.value === 'elsewhere' && ballot.choosing && !outbox.underway);

  const can = computed(
    () => elsewhere.value || outbox.needsVoter || (ballot.ready.kind === 'ready' && !outbox.underway),
  );
  const words = computed(() => {
    if (outbox.needsVoter) return '请先回答一道题';
    if (outbox.state?.kind === 'proving') return '正在做安全验证，完成后自动提交';
    if (outbox.underway) return '正在送达，请稍候';
    if (elsewhere.value) return '请到微信投票';
    return ballot.ready.words;
  });
  const label = computed(() => {
    if (outbox.needsVoter) return '去回答';
    if (elsewhere.value) return '去微信投票';
    return outbox.underway ? '处理中' : '投票';
  });

  function vote(): void {
    if (outbox.underway) return drawer.show();
    if (!can.value) return toast.say(`${ballot.ready.words}。`);
    const slug = contest.view?.slug;
    if (!slug) return;
    if (barred.value) return drawer.show(true);
    outbox.post(slug, [...ballot.picks]);
    drawer.follow();
  }

  return { can, words, label, elsewhere, vote };
}

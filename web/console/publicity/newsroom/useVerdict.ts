import { ref } from 'vue';
import type { FilingDecided, FilingVerdict } from '@zuimei/shared/publicity/newsroom.ts';
import { useToast } from '../../frame/toast.ts';
import { api, type Fault } from '../../lib/client.ts';

/** What a verdict is given on: a filing, as it was read. */
export interface Judged {
  id: number;
  title: string;
  version: number;
}

const done: Record<FilingVerdict, string> = { accept: '已通过', return: '已退回', undo: '已撤销决定' };

/**
 * Gives verdicts, on one or many, and says so with the way to take them back. `decided` hears what was done; `undone` that it was taken back;
 * `refused` what could not be done.
 */
export function useVerdict(then: {
  decided: (verdict: FilingVerdict, ids: number[]) => void;
  undone: (ids: number[]) => void;
  refused: (refused: FilingDecided['refused']) => void;
}) {
  const toast = useToast();
  const busy = ref(false);

  async function send(
    verdict: FilingVerdict,
    filings: readonly Pick<Judged, 'id' | 'version'>[],
    reason = '',
  ): Promise<FilingDecided | Fault> {
    busy.value = true;
    const answer = await api.post('/api/console/newsroom/decide', {
      ids: filings.map(({ id }) => id),
      verdict,
      reason,
      versions: Object.fromEntries(filings.map(({ id, version }) => [id, version])),
    });
    busy.value = false;
    return answer.ok ? answer.value : answer.fault;
  }

  /** Gives the fault when nothing could be asked. */
  async function decide(
    verdict: FilingVerdict,
    filings: readonly Judged[],
    reason = '',
  ): Promise<Fault | null> {
    if (busy.value || filings.length === 0) return null;
    const answer = await send(verdict, filings, reason);
    if ('code' in answer) return answer;
    const [only] = filings;
    if (answer.done.length > 0) {
      const what = filings.length === 1 && only ? `《${only.title}》` : `${answer.done.length} 篇`;
      const back = verdict === 'undo' ? null : { label: '撤销', run: () => void undo(answer.done) };
      toast.say(`${what}${done[verdict]}`, back);
      then.decided(
        verdict,
        answer.done.map(({ id }) => id),
      );
    }
    if (answer.refused.length > 0) then.refused(answer.refused);
    return null;
  }

  /** As far as nobody changed anything since: the versions say so. */
  async function undo(filings: FilingDecided['done']): Promise<void> {
    const answer = await send('undo', filings);
    const failed = 'code' in answer || answer.refused.length > 0;
    toast.say(failed ? '没有全部撤销：有的之后又有变化，请打开查看' : done.undo);
    then.undone('code' in answer ? [] : answer.done.map(({ id }) => id));
  }

  return { busy, decide };
}

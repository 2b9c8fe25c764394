import { ref } from 'vue';
import { grouped } from '../lib/words.ts';
import { type Finding, open } from './finding.ts';

/** Runs one check at a time: what it found, and what it is doing while it runs ('' = nothing). */
export function useFinding() {
  const finding = ref<Finding | null>(null);
  const doing = ref('');
  let turn = 0;

  async function run(check: (tell: (entries: number) => void) => Promise<Finding>): Promise<void> {
    const mine = ++turn;
    finding.value = null;
    doing.value = '正在核验…';
    const tell = (entries: number): void => {
      if (mine === turn) doing.value = `正在核验，已读 ${grouped(entries)} 条账目…`;
    };
    const found = await check(tell).catch(() =>
      open('文件没有读完', '它可能被移走，或所在的磁盘断开了。请重新选择文件。'),
    );
    if (mine !== turn) return;
    finding.value = found;
    doing.value = '';
  }

  return { finding, doing, run };
}

import { computed, ref } from 'vue';
import { type Answer, api } from '../lib/client.ts';

const LOOK_EVERY_MS = 1_000;
/** Half a minute in line, by itself; then the person decides. */
const MOST_TRIES = 6;
const WAIT_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Upload<T> = (onProgress: (share: number) => void) => Promise<Answer<T>>;

/**
 * An upload as a person follows it: on its way, in line behind others, being read. What the server is too busy for is sent again by
 * itself a few times; the files stay chosen meanwhile, and whoever uses this keeps them when it ends with a fault.
 */
export function useSending() {
  /** How much of it, 0 to 1; null = not known. */
  const share = ref<number | null>(null);
  const words = ref('');
  const going = computed(() => words.value !== '');

  /** `upload` sends it, and tells the share sent; `name`: of the one file it is about. */
  async function send<T>(upload: Upload<T>, name = ''): Promise<Answer<T>> {
    let answer: Answer<T>;
    for (let tried = 1; ; tried++) {
      answer = await sendOnce(upload, name);
      if (answer.ok || answer.fault.code !== 'busy' || tried === MOST_TRIES) break;
      share.value = null;
      words.value = '前面还有文件在处理，正在排队，稍后自动再传';
      await wait(answer.fault.retryAfterMs ?? WAIT_MS);
    }
    words.value = '';
    share.value = null;
    return answer;
  }

  async function sendOnce<T>(upload: Upload<T>, name: string): Promise<Answer<T>> {
    share.value = 0;
    words.value = name ? `正在上传 ${name}` : '正在上传';
    let watching: ReturnType<typeof setInterval> | undefined;
    const answer = await upload((sent) => {
      share.value = sent < 1 ? sent : null;
      if (sent < 1) return;
      words.value = name ? `正在保存 ${name}` : '正在识别内容';
      watching ??= setInterval(() => void look(), LOOK_EVERY_MS);
    });
    clearInterval(watching);
    return answer;
  }

  async function look(): Promise<void> {
    const answer = await api.get('/api/console/upload');
    if (!going.value || !answer.ok || !answer.value) return;
    const { step, done, of } = answer.value;
    if (step === 'waiting') words.value = '前面还有文件在处理，正在排队';
    else if (step === 'reading' && of > 1) {
      share.value = done / of;
      words.value = done < of ? `正在识别第 ${done + 1} 个，共 ${of} 个` : '正在整理';
    } else if (step === 'pictures') {
      share.value = done / of;
      words.value = `正在处理第 ${Math.min(done + 1, of)} 张照片，共 ${of} 张`;
    }
  }

  return { share, words, going, send };
}

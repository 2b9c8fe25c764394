import { refusalSentence } from '@zuimei/shared/refusalwords.ts';
import { allRefusalWords } from '@zuimei/shared/result/refusalwords.ts';
import type { ObjectionDraft, ObjectionReceipt } from '@zuimei/shared/result/view.ts';
import type { Answer, Fault } from '../../lib/client.ts';
import { postObjection } from '../../lib/objection.ts';

const MOST_TRIES = 4;

/** Sends it with its files; while the server is busy again by itself. Whatever is sent twice is one objection, by its key. */
export async function sendObjection(
  slug: string,
  draft: ObjectionDraft,
  files: readonly File[],
): Promise<Answer<ObjectionReceipt>> {
  const form = new FormData();
  form.set('objection', JSON.stringify(draft));
  for (const file of files) form.append('file', file, file.name);
  for (let tried = 1; ; tried++) {
    const answer = await postObjection(slug, form);
    if (answer.ok || answer.fault.code !== 'busy' || tried === MOST_TRIES) return answer;
    await new Promise((resolve) => setTimeout(resolve, answer.fault.retryAfterMs ?? 5_000));
  }
}

/** What happened, that nothing is lost, and what to do: other words than for a ballot. */
export function faultWords({ code, details }: Fault): string {
  switch (code) {
    case 'lost':
      return '网络没有连上，您填写的内容仍保留在本页。请稍后再点一次，同一件不会重复受理。';
    case 'internal':
    case 'bad_request':
      return '没有提交成功，您填写的内容仍保留在本页。请稍后再试，或按公示上的电话联系受理单位。';
    case 'busy':
    case 'too_many_requests':
      return '现在提交的人较多，您填写的内容仍保留在本页，请过一分钟再试。';
    case 'too_large':
      return '附件超出了大小限制，请压缩后再选，或减少几个。';
    default:
      return refusalSentence(code, details, { measure: '', name: '' }, allRefusalWords);
  }
}

import type { PaperAsk, PaperName } from '@zuimei/shared/out.ts';
import { keepFile } from '../../frame/keep.ts';
import { type Answer, api } from '../../lib/client.ts';

/** Asks for a paper and hands it to the browser to keep; gives the file's name. */
export async function savePaper(slug: string, what: PaperName, ask: PaperAsk): Promise<Answer<string>> {
  const answer = await api.file('/api/console/contests/:slug/out/:what', { slug, what }, ask);
  if (!answer.ok) return answer;
  keepFile(answer.value);
  return { ok: true, value: answer.value.name };
}

import type { PaperAsk, PaperName } from '@zuimei/shared/out.ts';
import { type Answer, api, type Made } from '../../lib/client.ts';

/** Asks for a paper and hands it to the browser to keep; gives the file's name. */
export async function savePaper(slug: string, what: PaperName, ask: PaperAsk): Promise<Answer<string>> {
  const answer = await api.file('/api/console/contests/:slug/out/:what', { slug, what }, ask);
  if (!answer.ok) return answer;
  keepFile(answer.value);
  return { ok: true, value: answer.value.name };
}

/** Hands a file to the browser to keep. */
export function keepFile({ name, blob }: Made): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the file only after the press is over.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

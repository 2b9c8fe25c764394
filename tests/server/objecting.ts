import { randomInt, randomUUID } from 'node:crypto';
import type {
  FindingDraft,
  ObjectionDraft,
  ObjectionEntry,
  ObjectionList,
  ObjectionReceipt,
  ObjectionState,
} from '@zuimei/shared/result/view.ts';
import { type Desk, signIn } from '../harness/office.ts';
import type { TestSite } from '../harness/site.ts';
import { REASON } from './panelled.ts';

export const SECRET_TEXT = '所报防汛值守天数与单位考勤不符，请核实。';
export const WHO = { name: '赵举报', phone: '13800000077', address: '云岭区青石镇 3 组' };
export const draftOf = (changes: Partial<ObjectionDraft> = {}): ObjectionDraft => ({
  key: randomUUID(),
  numbers: [1],
  ground: 'deeds',
  text: SECRET_TEXT,
  who: WHO,
  ...changes,
});
export const findingOf = (changes: Partial<FindingDraft> = {}): FindingDraft => ({
  verdict: 'upheld',
  effect: 'hold',
  numbers: [1],
  basis: '调取了考勤台账，相差六天。',
  answer: '经核实，您反映的情况属实。',
  ...changes,
});
export const PDF = new TextEncoder().encode('%PDF-1.4\n考勤台账影印件 \0 %%EOF');

/** An address nobody has come from yet, as far as limits remember. */
const somebody = (): string => `198.18.${randomInt(256)}.${randomInt(256)}`;

export interface Sent<T> {
  status: number;
  body: T & { code?: string; field?: string; most?: number };
}

/** A form with an objection in it, and files by name. */
export function formOf(
  given: ObjectionDraft | ObjectionEntry,
  files: Record<string, Uint8Array> = {},
): FormData {
  const form = new FormData();
  form.set('objection', JSON.stringify(given));
  for (const [name, bytes] of Object.entries(files))
    form.append('file', new Blob([Uint8Array.from(bytes)]), name);
  return form;
}

/** Everybody who has to do with the objections of a contest at this site. */
export function objecting(site: TestSite, slug: string) {
  const path = `/api/console/contests/${slug}/objections`;
  const ask = async <T>(
    at: string,
    init: RequestInit,
    from = somebody(),
    headers: Record<string, string> = {},
  ): Promise<Sent<T>> => {
    const reply = await site.app.request(
      `/api/contests/${slug}/objections${at}`,
      { method: 'POST', ...init, headers },
      { incoming: { socket: { remoteAddress: from } } },
    );
    return { status: reply.status, body: (await reply.json()) as Sent<T>['body'] };
  };
  return {
    path,
    send: (
      given: ObjectionDraft,
      {
        files = {},
        from,
        headers,
      }: { files?: Record<string, Uint8Array>; from?: string; headers?: Record<string, string> } = {},
    ) => ask<ObjectionReceipt>('', { body: formOf(given, files) }, from, headers),
    state: (code: string, from?: string) =>
      ask<ObjectionState>('/state', { body: JSON.stringify({ code }) }, from, {
        'content-type': 'application/json',
      }),
    list: (desk: Desk) => desk.get<ObjectionList>(path),
    /** A reviewer who is made the officer. */
    async officer(organizer: Desk): Promise<Desk> {
      const desk = await signIn(site, ['reviewer'], '孙受理');
      await organizer.post(`/api/console/contests/${slug}/course/officer`, {
        staff: desk.staff,
        reason: REASON,
      });
      return desk;
    },
    propose: (desk: Desk, no: number, given: FindingDraft) =>
      desk.ask<{ code?: string }>('POST', `${path}/${no}/findings`, given),
    async decide(desk: Desk, no: number, granted = true, id?: number) {
      const { lines } = await desk.get<ObjectionList>(path);
      const asked = id ?? lines.find((line) => line.no === no)?.proposal?.id ?? 0;
      const body = { id: asked, granted, reason: REASON };
      return await desk.ask<{ code?: string }>('POST', `${path}/${no}/findings/decide`, body);
    },
  };
}

import { type NominationState, nominationStates } from '@zuimei/shared/nomination.ts';
import { quoted } from '@zuimei/shared/text/quote.ts';
import type { UnitLine, UnitLink } from '@zuimei/shared/unit.ts';
import { nominationWords } from '@zuimei/shared/words.ts';

/** "待审核 2 · 草稿 1", '' where nothing has come yet. */
export function stateSummary(line: Pick<UnitLine, 'counts'>): string {
  return nominationStates
    .map((state: NominationState) => ({ state, count: line.counts[state] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${nominationWords[state]} ${count}`)
    .join(' · ');
}

/** The link as it is sent: under the address this console is open at. */
export function wholeLink(link: string): string {
  return new URL(link, location.origin).href;
}

/** What an organizer can paste into a message beside the link. */
export function inviteText(unit: UnitLink, title: string, closes: string): string {
  return `${unit.name}：请点开下面的链接，在线填写或上传${quoted(title)}报送材料，${closes}截止。链接为贵单位专用，请勿转给无关人员。\n${wholeLink(unit.link)}`;
}

import type { PartId } from '@zuimei/shared/judging/outcome.ts';

/** Of the parts of a total, wherever they are drawn. */
export const partColours: Record<PartId, string> = {
  vote: '#b8261c',
  expert: '#6b3a2e',
  media: '#b98a3a',
  merit: '#d8c3a0',
};

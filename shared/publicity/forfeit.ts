import type { Instant } from '../time.ts';

/** 取消附加分: open = waits for a second person · done: it holds · declined. */
export type ForfeitState = 'open' | 'done' | 'declined';

export interface ForfeitDraft {
  year: number;
  contributor: number;
  reason: string;
}

export interface ForfeitView extends ForfeitDraft {
  id: number;
  name: string;
  state: ForfeitState;
  proposedBy: string;
  proposedAt: Instant;
  /** Whoever asks proposed it: another decides, they can only withdraw it. */
  own: boolean;
  /** '' while it is open. */
  decidedBy: string;
  decidedAt: Instant | null;
  decidedWhy: string;
}

/** GET /api/console/newsroom/forfeits: of one year, the newest first. */
export interface ForfeitList {
  year: number;
  forfeits: ForfeitView[];
}

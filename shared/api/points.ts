import type { PointsPaper, PointsView } from '../publicity/overview.ts';
import type { Season } from '../publicity/season.ts';
import type { Span } from '../publicity/span.ts';
import type { Reasoned } from './done.ts';

/** What the filings of publicity earn, and what is asked of those who file. */
export interface PointsApi {
  /** Without a span: the quarter of today. */
  'GET /api/console/points': { query: Partial<Span>; reply: PointsView };
  /** One paper of a span. ranked: from the highest to the lowest; points: the 通报 says them too. */
  'POST /api/console/points/papers': {
    body: Span & { paper: PointsPaper; ranked?: boolean; points?: boolean };
    reply: Blob;
  };
  'GET /api/console/points/season/:year': { reply: Season };
  /** All of it at once; version 0 where the notice's hold. */
  'PUT /api/console/points/season/:year': {
    body: Reasoned & Omit<Season, 'year'>;
    reply: Season;
  };
}

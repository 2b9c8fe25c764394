import type { UpkeepView } from '../upkeep.ts';

/** How the site runs. */
export interface UpkeepApi {
  'GET /api/console/upkeep': { reply: UpkeepView };
}

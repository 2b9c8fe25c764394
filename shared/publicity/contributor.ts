import type { ContributorKind } from './filing.ts';

/** GET /api/console/contributor: what a contributor sees first. */
export interface ContributorView {
  id: number;
  name: string;
  kind: ContributorKind;
}

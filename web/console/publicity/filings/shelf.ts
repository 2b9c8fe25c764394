import { createShelf } from '../../frame/shelf.ts';

/** What a contributor typed of its filings, until the server has it. */
export const filingShelf = createShelf('zuimei.filing.');

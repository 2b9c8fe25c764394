/** The reply where there is nothing to say but that it was done: `{}`. */
export type Done = Record<string, never>;

/** Why something is done; 4 to 200 characters, or it is refused with reason_missing. */
export interface Reasoned {
  reason: string;
}

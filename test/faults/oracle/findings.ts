/** What the oracle found wrong, in counts that must all be 0, and each case in words. */
export interface Findings {
  /** Accepted and not ended, or gone. */
  lost: number;
  /** Messages too many, or in the wrong place, or with the wrong content. */
  dup_messages: number;
  /** Tool calls that were executed more than once, or have more than one result. */
  dup_effects: number;
  /** UTF-16 units by which a client's text differs from the stored one. */
  bytes_lost: number;
  /** Events whose id did not rise. */
  events_dup: number;
  /** Everything else. */
  readonly wrong: string[];
}

export const nothingFound = (): Findings => ({
  lost: 0,
  dup_messages: 0,
  dup_effects: 0,
  bytes_lost: 0,
  events_dup: 0,
  wrong: [],
});

/** Is everything as promised? */
export const isClean = (found: Findings): boolean =>
  found.lost + found.dup_messages + found.dup_effects + found.bytes_lost + found.events_dup + found.wrong.length === 0;

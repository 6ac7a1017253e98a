const FIRST_MS = 200;
const LONGEST_MS = 5000;

/** Pause in milliseconds before a part is started again after it died `deaths` times in a row (1, 2, …): 0.2 s, doubling up to 5 s. */
export const restartDelay = (deaths: number): number => Math.min(FIRST_MS * 2 ** (deaths - 1), LONGEST_MS);

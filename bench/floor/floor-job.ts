/** The floor keeps nothing, so its job carries the question itself. */
export interface FloorJob {
  readonly id: string;
  readonly question: string;
}

export const FLOOR_QUEUE = 'floor';
export const FLOOR_PREFIX = 'bench-floor';

/** Channel on which a run's frames come. */
export const floorChannel = (id: string): string => `${FLOOR_PREFIX}:${id}`;

/** The frames of a run are over with this one. */
export const FLOOR_DONE = 'event: done\ndata: {"status":"completed"}\n\n';

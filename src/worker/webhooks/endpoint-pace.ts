/** Whether an attempt may be made now. `leave` must be called when it is over. */
export type Turn = { readonly kind: 'now'; leave(): void } | { readonly kind: 'later'; readonly delayMs: number };

/**
 * Keeps one endpoint from taking all slots: a few attempts at a time for each, and the rest are put off by as long as those before them will take, by the measure of the last attempt. So a receiver
 * that never answers holds a part of the slots, and a fast one is served as fast as it answers.
 */
export interface EndpointPace {
  enter(endpoint: string): Turn;
}

interface Endpoint {
  underWay: number;
  lastMs: number;
  /** When the next attempt that is put off may come. */
  nextAt: number;
}

const MIN_DELAY_MS = 50;
/** Nothing is put off for longer at once, since the endpoint may be well again by then. */
const MAX_DELAY_MS = 120_000;

export function createEndpointPace({
  atATime,
  now = () => performance.now(),
}: {
  readonly atATime: number;
  readonly now?: () => number;
}): EndpointPace {
  const endpoints = new Map<string, Endpoint>();
  return {
    enter(id) {
      const endpoint = endpoints.get(id) ?? { underWay: 0, lastMs: 0, nextAt: 0 };
      endpoints.set(id, endpoint);
      const startedAt = now();
      if (endpoint.underWay >= atATime) {
        endpoint.nextAt = Math.max(endpoint.nextAt, startedAt + MIN_DELAY_MS) + endpoint.lastMs / atATime;
        const longest = MAX_DELAY_MS * (0.5 + Math.random() / 2);
        return { kind: 'later', delayMs: Math.min(endpoint.nextAt - startedAt, longest) };
      }
      endpoint.underWay += 1;
      return {
        kind: 'now',
        leave() {
          endpoint.underWay -= 1;
          endpoint.lastMs = now() - startedAt;
          if (endpoint.underWay === 0 && endpoint.nextAt <= now()) endpoints.delete(id);
        },
      };
    },
  };
}

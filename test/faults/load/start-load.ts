import type { Rig } from '../rig/start-rig.ts';
import { PLAN_TOOLS, planRun, type RunKind } from './plan-run.ts';
import { type PlayedRun, playRun } from './play-run.ts';

export interface LoadOptions {
  /** Threads; each always has one run under way, the next one follows its end. */
  readonly seats: number;
  readonly words: number;
  readonly delayMs: number;
  readonly giveUpMs: number;
  readonly kinds?: readonly RunKind[];
  /** A client that hears nothing for this long opens a new connection. */
  readonly silenceMs?: number;
  /** A proxy that the requests go through, whose 500 says nothing. Every second run is then sent in the background. */
  readonly liar?: string;
}

/** Clients that go on sending runs until they are told to stop. */
export interface Load {
  /** Runs that have not ended for their clients. */
  readonly underWay: ReadonlySet<PlayedRun>;
  /** Those that have. */
  readonly played: readonly PlayedRun[];
  /** No new runs; settles when the last has ended. */
  stop(): Promise<void>;
  /** Ends all of it at once, for a fault that failed half way: nobody must meet its leftovers. After `stop` it does nothing. */
  abandon(): Promise<void>;
}

const ALL_KINDS: readonly RunKind[] = ['text', 'tools', 'text', 'client'];
let runs = 0;

export async function startLoad(rig: Rig, options: LoadOptions): Promise<Load> {
  const { words, delayMs, giveUpMs, kinds = ALL_KINDS, silenceMs = 20_000, liar } = options;
  const assistant = await rig.client.createAssistant({ tools: PLAN_TOOLS });
  const played: PlayedRun[] = [];
  const underWay = new Set<PlayedRun>();
  const abandoned = new AbortController();
  let stopped = false;

  async function sit(threadId: string): Promise<void> {
    while (!stopped) {
      runs += 1;
      const kind = kinds[runs % kinds.length] ?? 'text';
      const plan = planRun(runs, kind, { words, delayMs });
      const run = await playRun({
        pickApi: liar === undefined ? rig.pickApi : () => liar,
        threadId,
        plan,
        giveUpMs,
        silenceMs,
        background: liar !== undefined && Math.floor(runs / kinds.length) % 2 === 0,
        distrust: liar !== undefined,
        abandoned: abandoned.signal,
        onStart: (started) => void underWay.add(started),
      });
      underWay.delete(run);
      played.push(run);
    }
  }
  const threads = await Promise.all(
    Array.from({ length: options.seats }, () => rig.client.createThread(assistant.assistant_id)),
  );
  const seats = threads.map((thread) => sit(thread.thread_id));
  return {
    underWay,
    played,
    async stop() {
      stopped = true;
      await Promise.all(seats);
    },
    async abandon() {
      stopped = true;
      abandoned.abort();
      await Promise.allSettled(seats);
    },
  };
}

import type { ClosedWork, PacedWork } from './load/work.ts';
import { BadOptions } from './options.ts';
import type { Target } from './processes/start-rig.ts';

type Place = 'goal' | 'pids' | 'modelUrl';

/** One load and those it goes to, one after the other. */
export interface Cell {
  readonly name: string;
  readonly work: Omit<ClosedWork, Place> | Omit<PacedWork, Place>;
  readonly targets: readonly Target[];
}

const closed = (clients: number, tokens: number, targets: readonly Target[]): Cell => ({
  name: `closed-${clients}x${tokens}`,
  work: { kind: 'closed', clients, tokens, warmUpMs: 700, windowMs: 2500 },
  targets,
});

const paced = (streams: number, tokensPerSecond: number, rampMs: number, windowMs: number): Cell => ({
  name: `paced-${streams}x${tokensPerSecond}`,
  work: { kind: 'paced', streams, tokensPerSecond, rampMs, settleMs: 1000, windowMs },
  targets: ['model', 'floor', 'skein'],
});

const usual: readonly Target[] = ['model', 'floor', 'skein'];
const withTemporary: readonly Target[] = [...usual, 'temporary'];

/** Paced loads come first: what they say of memory must not include what a closed loop at full speed left behind. */
const FULL: readonly Cell[] = [
  paced(1000, 10, 6000, 4000),
  paced(200, 50, 1500, 4000),
  ...[1, 16, 64, 256].flatMap((clients) =>
    [20, 200].map((tokens) => closed(clients, tokens, clients === 64 ? withTemporary : usual)),
  ),
];

/** On a busy machine the time may be up before the last ones. */
const QUICK: readonly Cell[] = [
  closed(64, 20, usual),
  closed(64, 200, usual),
  closed(1, 20, usual),
  { ...paced(200, 50, 1000, 2000), targets: ['floor', 'skein'] },
];

/** @throws BadOptions when no cell has such a name. */
export const chooseCells = ({ quick, only }: { readonly quick: boolean; readonly only: string }): readonly Cell[] => {
  const all = quick ? QUICK : FULL;
  const chosen = all.filter((cell) => cell.name.includes(only));
  if (chosen.length === 0)
    throw new BadOptions(`no cell is named ${only}; there are ${all.map(({ name }) => name).join(', ')}`);
  return chosen;
};

/** Threads to prepare: runs take turns on them, so each gets a few, as in a conversation, and never two at a time. */
export const threadsFor = (cells: readonly Cell[]): number =>
  Math.max(400, ...cells.map(({ work }) => (work.kind === 'paced' ? work.streams : 2 * work.clients)));

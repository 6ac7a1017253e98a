import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly quick: boolean;
  /** Only cells whose name contains this. */
  readonly only: string;
  readonly repetitions: number;
  /** Write CPU profiles of our processes there. */
  readonly profileDir: string | null;
  /** No repetition of a cell begins after this. */
  readonly budgetMs: number;
}

export const USAGE = `npm run bench -- [--quick] [--only NAME] [--repetitions N] [--profile DIR]
  --quick          one repetition of a few cells, less than a minute; the default takes less than ten
  --only NAME      only cells whose name contains NAME: closed-64x20 is 64 clients and answers of 20 tokens,
                   paced-200x50 is 200 streams of 50 tokens a second
  --repetitions N  default 3
  --profile DIR    write CPU profiles of the API, the worker and the store there`;

/** The command line is wrong; the message says how. */
export class BadOptions extends Error {
  override readonly name = 'BadOptions';
}

/** @throws BadOptions */
export const readOptions = (args: readonly string[]): BenchOptions => {
  const values = parse([...args]);
  const { quick, only } = values;
  const repetitions = Number(values.repetitions ?? (quick ? 1 : 3));
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 20)
    throw new BadOptions('--repetitions must be 1 to 20');
  return { quick, only, repetitions, profileDir: values.profile ?? null, budgetMs: quick ? 50_000 : 560_000 };
};

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        repetitions: { type: 'string' },
        profile: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new BadOptions(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

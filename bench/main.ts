/** `npm run bench`: see USAGE. Exits with 1 when an answer was lost or wrong, whatever the figures; with 130 when it was interrupted. */
import { chooseCells } from './cells.ts';
import { BadOptions, readOptions, USAGE } from './options.ts';
import { type Rig, startRig } from './processes/start-rig.ts';
import { budgetTable } from './report/budget-table.ts';
import { closedTable, latencyTable } from './report/closed-tables.ts';
import { describeConditions, describeMachine } from './report/describe-machine.ts';
import { pacedTable, processTable } from './report/paced-tables.ts';
import { writeResults } from './report/write-results.ts';
import { type Measurement, runRepetition } from './run-repetition.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function main(): Promise<number> {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc, so it needs Linux');
  const options = readOptions(process.argv.slice(2));
  const cells = chooseCells(options);
  const startedAt = Date.now();
  const machine = describeMachine();
  const measurements: Measurement[] = [];
  let stopped = false;
  const mayBegin = (): boolean => !stopped && Date.now() - startedAt < options.budgetMs;
  let rig: Rig | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopped = true;
      void rig?.stop();
    });
  }

  for (let repetition = 1; repetition <= options.repetitions && mayBegin(); repetition++) {
    rig = await startRig({ mongoUrl: process.env.MONGODB_URL || null, profileDir: options.profileDir });
    try {
      for await (const measurement of runRepetition(rig, cells, repetition, mayBegin)) {
        measurements.push(measurement);
        say(`${repetition}/${options.repetitions} ${measurement.cell} ${measurement.target}`);
      }
    } catch (error) {
      // Ending the rig in the middle of a measurement fails that one; what was measured before is still told.
      if (!stopped) throw error;
    } finally {
      await rig.stop();
    }
  }

  const problems = measurements.flatMap(({ cell, target, result }) =>
    result.problems.map((problem) => `${cell} ${target}: ${problem}`),
  );
  const file = writeResults({ machine, options, measurements });
  const tables = [budgetTable, closedTable, latencyTable, pacedTable, processTable].map((table) => table(measurements));
  process.stdout.write(
    `${[describeConditions(machine, measurements), ...tables.filter((table) => table !== '')].join('\n\n')}\n`,
  );
  say(`all figures: ${file}; ${Math.round((Date.now() - startedAt) / 1000)} s`);
  const planned = options.repetitions * cells.reduce((sum, { targets }) => sum + targets.length, 0);
  if (measurements.length < planned)
    say(`${measurements.length} of ${planned} measurements: ${stopped ? 'interrupted' : 'the time was up'}`);
  for (const problem of problems.slice(0, 10)) say(`WRONG ${problem}`);
  if (problems.length > 0) say(`${problems.length} answers were lost or wrong`);
  if (stopped) return 130;
  return problems.length > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    say(error instanceof BadOptions ? `${error.message}\n\n${USAGE}` : (error.stack ?? error.message));
    process.exit(1);
  },
);

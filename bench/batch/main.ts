/**
 * `node bench/batch/main.ts [--items 10000] [--delay 20]`: a batch through the command line with its progress bar, while the only API and the only worker are killed and started again. Exit code 1
 * when a result is missing, doubled or out of order.
 */
import { parseArgs } from 'node:util';
import { batchUnderKills } from '../../test/faults/batch/batch-under-kills.ts';
import { startRig } from '../../test/faults/rig/start-rig.ts';
import { DEFAULT_TIMINGS } from '../../test/faults/rig/timings.ts';

const { values } = parseArgs({
  options: { items: { type: 'string', default: '10000' }, delay: { type: 'string', default: '20' } },
});
const items = Number(values.items);
const rig = await startRig({ apis: 1, workers: 1, timings: DEFAULT_TIMINGS });
try {
  const { code, batch, results, endedAtKills, seconds } = await batchUnderKills(rig, {
    items,
    delayMs: Number(values.delay),
    show: true,
  });
  const inOrder = results.every(({ index, output }, n) => index === n && output === `answer ${n}`);
  const runs = await rig.models.runs.countDocuments({ batch_id: batch.batch_id });
  console.log(
    `${items} items in ${seconds.toFixed(1)} s, ${(items / seconds).toFixed(0)} runs/s; killed after ${endedAtKills.join(' and ')}`,
  );
  console.log(`exit code ${code}, ${results.length} results, in order: ${inOrder}, runs: ${runs}`);
  if (code !== 0 || !inOrder || results.length !== items || runs !== items) process.exitCode = 1;
} finally {
  await rig.close();
}

/** `npm run test:faults -- [--kills 30] [--only name,name] [--timings short|default]`: every fault under load, one line for each; exit code 1 when one failed. */
import { parseArgs } from 'node:util';
import { workerKill } from './faults/worker-kill.ts';
import { formatRow, passed, ROW_TITLES, type Row } from './oracle/row.ts';
import { type Rig, startRig } from './rig/start-rig.ts';
import { DEFAULT_TIMINGS, SHORT_TIMINGS } from './rig/timings.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    only: { type: 'string' },
    timings: { type: 'string', default: 'short' },
  },
});
const timings = values.timings === 'default' ? DEFAULT_TIMINGS : SHORT_TIMINGS;
const slow = values.timings === 'default';

const faults: Record<string, (rig: Rig) => Promise<Row>> = {
  'worker-kill': (rig) =>
    workerKill(rig, { kills: Number(values.kills), seats: 8, everyMs: slow ? 2500 : 1500, giveUpMs: 120_000 }),
};

console.log(ROW_TITLES.join(', '));
let failed = 0;
for (const [name, fault] of Object.entries(faults)) {
  if (values.only && !values.only.split(',').includes(name)) continue;
  const rig = await startRig({ apis: 1, workers: 3, timings });
  try {
    const row = await fault(rig);
    console.log(formatRow(row));
    for (const line of row.found.wrong.slice(0, 20)) console.log(`  ${line}`);
    if (!passed(row)) failed += 1;
  } finally {
    await rig.close();
  }
}
process.exitCode = failed === 0 ? 0 : 1;

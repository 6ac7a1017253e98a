/**
 * `npm run test:faults -- [--kills 30] [--only text,text] [--timings short|default]`: each fault under load, one line for each. Exit code 1 when one was not survived, or did not
 * happen. `default` uses the server's own time limits, and outages of 30 s.
 */
import { parseArgs } from 'node:util';
import { faultList } from './fault-list.ts';
import { formatRow, passed, ROW_TITLES } from './oracle/row.ts';
import { troublesOf } from './oracle/troubles.ts';
import { startRig } from './rig/start-rig.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    timings: { type: 'string', default: 'short' },
  },
});
const wanted = values.only.split(',');
const slow = values.timings === 'default';

console.log(ROW_TITLES.join(', '));
let failed = 0;
for (const { name, rig: options, run } of faultList({ kills: Number(values.kills), slow })) {
  if (!wanted.some((part) => name.includes(part))) continue;
  const rig = await startRig(options);
  let survived = false;
  try {
    const row = await run(rig);
    survived = passed(row);
    console.log(formatRow(row));
    for (const line of row.found.wrong.slice(0, 20)) console.log(`    ${line}`);
  } catch (error) {
    console.log(`${name}, the test itself failed:`, error);
  } finally {
    if (!survived) for (const line of troublesOf(rig)) console.log(`    ${line}`);
    await rig.close();
  }
  if (!survived) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;

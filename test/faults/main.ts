/**
 * `npm run test:faults -- [--kills 30] [--only text,text] [--timings short|default]`: each fault under load, one line for each. Exit code 1 when one was not survived, or did not
 * happen. `default` uses the server's own time limits, and outages of 30 s.
 */
import { parseArgs } from 'node:util';
import { faultList } from './fault-list.ts';
import { formatRow, passed, ROW_TITLES } from './oracle/row.ts';
import type { Child } from './rig/child.ts';
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

/** What the processes themselves thought worth a look. */
const troubles = (children: readonly Child[]): string[] =>
  children
    .flatMap((child) => child.lines.filter((line) => Number(line.level) >= 50))
    .slice(0, 10)
    .map((line) => JSON.stringify(line).slice(0, 600));

console.log(ROW_TITLES.join(', '));
let failed = 0;
for (const { name, rig: options, run } of faultList({ kills: Number(values.kills), slow })) {
  if (!wanted.some((part) => name.includes(part))) continue;
  const rig = await startRig(options);
  try {
    const row = await run(rig);
    console.log(formatRow(row));
    for (const line of row.found.wrong.slice(0, 20)) console.log(`    ${line}`);
    if (passed(row)) continue;
    failed += 1;
    for (const line of troubles([...rig.apis, ...rig.workers])) console.log(`    ${line}`);
  } catch (error) {
    console.log(`${name}, the test itself failed:`, error);
    failed += 1;
  } finally {
    await rig.close();
  }
}
process.exitCode = failed === 0 ? 0 : 1;

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { identifyProcess, isRunning } from '../../../src/local/process-identity.ts';
import { waitFor } from '../../support/wait-for.ts';

const MODULE = new URL('../../../src/local/on-stop-request.ts', import.meta.url).href;
/** Says its pid and what it is asked for; it goes on after the first request, as one does that stops its parts. */
const PROGRAM = `
  const { onStopRequest } = await import('${MODULE}');
  setInterval(() => {}, 1000);
  const request = onStopRequest(() => { console.log('at once'); process.exit(130); });
  console.log('pid', process.pid);
  await request;
  console.log('stop');
`;

let child: ChildProcess;
let output: string;
afterEach(() => void child.kill('SIGKILL'));

async function start(command: string, args: string[], env: Record<string, string>): Promise<number> {
  child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  return Number(await waitFor(() => /pid (\d+)\n/.exec(output)?.[1], { what: 'the program runs' }));
}
const stopped = () => waitFor(() => output.includes('stop'), { what: 'the request is noticed' });

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'takes %s as the request, and a later signal as the wish to end at once',
  async (signal) => {
    await start(process.execPath, ['-e', PROGRAM], {});
    child.kill(signal);
    await stopped();
    const firstAt = Date.now();
    await waitFor(() => Date.now() - firstAt > 400, { what: 'a second thought' });
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([130, null]);
  },
);

it('takes the signals that Ctrl-C under npm sends twice as one', async () => {
  await start(process.execPath, ['-e', PROGRAM], {});
  child.kill('SIGINT');
  await stopped();
  child.kill('SIGINT');
  // Long enough for the second one to have arrived.
  await expect(waitFor(() => child.exitCode !== null, { what: 'the end', timeoutMs: 500 })).rejects.toThrow(
    'not within',
  );
  expect(output).not.toContain('at once');
});

it("takes the end of npm's shell as the request", async () => {
  // The second command keeps the shell from becoming the program itself.
  const pid = await start('/bin/sh', ['-c', `"${process.execPath}" -e "$PROGRAM"; true`], {
    PROGRAM,
    npm_lifecycle_event: 'start',
  });
  const program = identifyProcess(pid);
  child.kill('SIGTERM');
  try {
    await stopped();
    expect(program && isRunning(program)).toBe(true);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const moduleUrl = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Logs more than anybody reads. */
const CHILD = `
  import { createLogger } from ${moduleUrl('shared/logging/create-logger.ts')};
  const logger = createLogger({ name: 'child', level: 'info' });
  setInterval(() => { for (let n = 0; n < 100; n += 1) logger.info({ n, text: 'x'.repeat(1000) }, 'line'); }, 1);
  setTimeout(() => process.send('busy'), 200);
`;
/** Does not read what its child says; says "busy" when the child's pipe is full. Both have the same stderr. */
const PARENT = `
  import { spawn } from 'node:child_process';
  const args = ['--import', ${moduleUrl('local/die-with-parent.ts')}, '--input-type=module', '-e', ${JSON.stringify(CHILD)}];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  child.once('message', (said) => process.stdout.write(said));
`;

describe('a process whose parent is killed', () => {
  it('ends too, also with log lines that nobody will ever read', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let closed = false;
    parent.stderr.resume().once('close', () => {
      closed = true;
    });
    expect(String((await once(parent.stdout, 'data'))[0])).toBe('busy');
    expect(closed).toBe(false);
    parent.kill('SIGKILL');
    await waitFor(() => closed, { what: 'nobody holds its stderr any more', timeoutMs: 5000 });
  });
});

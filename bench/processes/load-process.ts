import { once } from 'node:events';
import type { Work, WorkReply, WorkResult } from '../load/work.ts';
import type { NodeProcess } from './start-node-process.ts';

/** Asks the load process to do one thing. @throws what went wrong there, or that it ended. */
export async function doWork<K extends WorkResult['kind']>(
  load: NodeProcess,
  work: Work & { readonly kind: K },
): Promise<WorkResult & { readonly kind: K }> {
  const given = new AbortController();
  const ended = once(load.child, 'exit', { signal: given.signal }).then(([code]): never => {
    throw new Error(`the load process ended with code ${code}`);
  });
  ended.catch(() => undefined);
  try {
    load.child.send(work);
    const [reply] = (await Promise.race([once(load.child, 'message', { signal: given.signal }), ended])) as [WorkReply];
    if (!reply.ok) throw new Error(reply.error);
    return reply.result as WorkResult & { readonly kind: K };
  } finally {
    given.abort();
  }
}

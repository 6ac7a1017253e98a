/** The load generator, a process of its own: takes one `Work` at a time over IPC and answers with a `WorkReply`. */
import { runClosedLoop } from './closed-loop.ts';
import { runPacedStreams } from './paced-streams.ts';
import { prepare } from './prepare.ts';
import type { Prepared } from './seats.ts';
import type { Work, WorkReply, WorkResult } from './work.ts';

let prepared: Prepared | null = null;

const run = async (work: Work): Promise<WorkResult> => {
  switch (work.kind) {
    case 'prepare':
      prepared = await prepare(work.url, work.threads);
      return { kind: 'prepare' };
    case 'closed':
      return runClosedLoop(work, prepared);
    case 'paced':
      return runPacedStreams(work, prepared);
    default:
      return work satisfies never;
  }
};

process.on('message', (work: Work) => {
  run(work).then(
    (result) => reply({ ok: true, result }),
    (error: unknown) =>
      reply({ ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

const reply = (message: WorkReply): void => void process.send?.(message);

// The preload that ends this process with its parent lets go of the channel; here work comes over it.
process.channel?.ref();
process.stdout.write('{"ready":true}\n');

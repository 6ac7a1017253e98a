import type { Command } from 'commander';
import { ask, askAll, type Run } from '../api/connection.ts';
import type { ContextOf } from '../context.ts';
import type { Columns } from '../output/output.ts';
import { parseCount } from '../parse-options.ts';
import { tailRun } from './tail-run.ts';

const COLUMNS: Columns<Run> = {
  RUN: (run) => run.run_id,
  STATUS: (run) => run.status,
  LANE: (run) => run.lane,
  CREATED: (run) => run.created_at,
  TOKENS: (run) => run.usage.total_tokens,
  ERROR: (run) => run.last_error?.code ?? null,
};

interface ListOptions {
  readonly limit: number;
  readonly status?: Run['status'];
  readonly thread?: string;
  readonly batch?: string;
}

export function addRunsCommands(program: Command, contextOf: ContextOf): void {
  const runs = program.command('runs').description('runs of the project');
  runs
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'how many at most', parseCount, 20)
    .option('--status <status>', 'only those that stand so')
    .option('--thread <id>', 'only those of a thread')
    .option('--batch <id>', 'only those of a batch')
    .action(async ({ limit, status, thread, batch }: ListOptions, command: Command) => {
      const { connection, output } = contextOf(command);
      const filter = {
        ...(status === undefined ? {} : { status }),
        ...(thread === undefined ? {} : { thread_id: thread }),
        ...(batch === undefined ? {} : { batch_id: batch }),
      };
      const found = await askAll(limit, (page) =>
        connection.api.GET('/runs', { params: { query: { ...page, ...filter } } }),
      );
      output.list(found, COLUMNS);
    });
  runs
    .command('get <run>')
    .description('where it stands')
    .action(async (runId: string, _options: object, command: Command) => {
      const { connection, output } = contextOf(command);
      const run = await ask(connection.api.GET('/runs/{run_id}', { params: { path: { run_id: runId } } }));
      output.thing(run, () => JSON.stringify(run, null, 2));
    });
  runs
    .command('cancel <run>')
    .description('stop it; what it has stored stays')
    .action(async (runId: string, _options: object, command: Command) => {
      const { connection, output } = contextOf(command);
      const run = await ask(connection.api.POST('/runs/{run_id}/cancel', { params: { path: { run_id: runId } } }));
      output.thing(run, () => `${run.run_id} is ${run.status}`);
    });
  runs
    .command('tail <run>')
    .description('its text as it comes, from the beginning until its end')
    .action((runId: string, _options: object, command: Command) => tailRun(contextOf(command), runId));
}

import type { Command } from 'commander';
import { askAll, type Thread } from './api/connection.ts';
import type { ContextOf } from './context.ts';
import type { Columns } from './output/output.ts';
import { parseCount } from './parse-options.ts';

const COLUMNS: Columns<Thread> = {
  THREAD: (thread) => thread.thread_id,
  STATUS: (thread) => thread.status,
  UPDATED: (thread) => thread.updated_at,
  NAME: (thread) => thread.name,
};

export function addThreadsCommand(program: Command, contextOf: ContextOf): void {
  const threads = program.command('threads').description('threads of the project');
  threads
    .command('list')
    .description('most recently updated first')
    .option('--limit <n>', 'how many at most', parseCount, 20)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { connection, output } = contextOf(command);
      output.list(await askAll(limit, (query) => connection.api.GET('/threads', { params: { query } })), COLUMNS);
    });
}

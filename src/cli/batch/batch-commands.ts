import { type Command, Option } from 'commander';
import { ask, askAll, type Batch } from '../api/connection.ts';
import type { Context, ContextOf } from '../context.ts';
import { endedOf } from '../output/batch-progress.ts';
import type { Columns } from '../output/output.ts';
import { parseCount } from '../parse-options.ts';
import { fetchResults, type ResultOrder } from './fetch-results.ts';
import { uploadFile } from './upload-file.ts';
import { waitBatch } from './wait-batch.ts';

const COLUMNS: Columns<Batch> = {
  BATCH: (batch) => batch.batch_id,
  STATUS: (batch) => batch.status,
  ENDED: (batch) => `${endedOf(batch)}/${batch.counts.total}`,
  COMPLETED: (batch) => batch.counts.completed,
  CREATED: (batch) => batch.created_at,
  NAME: (batch) => batch.name,
};

const toText = (batch: Batch): string => {
  const counts = Object.entries(batch.counts).filter(([state, count]) => count > 0 && state !== 'total');
  return [
    `${batch.batch_id} is ${batch.status}: ${endedOf(batch)} of ${batch.counts.total} items have ended`,
    ...counts.map(([state, count]) => `  ${state.replace('_', ' ').padEnd(16)}${count}`),
    ...(batch.usage ? [`  ${'tokens'.padEnd(16)}${batch.usage.total_tokens}`] : []),
  ].join('\n');
};

interface SubmitOptions {
  readonly assistant?: string;
  readonly name?: string;
  readonly key?: string;
  readonly wait?: boolean;
  readonly out?: string;
}

const path = (batchId: string) => ({ params: { path: { batch_id: batchId } } });

export function addBatchCommands(program: Command, contextOf: ContextOf): void {
  const batch = program.command('batch').description('many runs in one upload');
  batch
    .command('submit <file>')
    .description('submit a file with one item of JSON in each line; the same command again goes on with its upload')
    .option('--assistant <id>', 'for items that name neither an assistant nor a thread')
    .option('--name <name>', 'for people')
    .option('--key <key>', 'Idempotency-Key; default one of the content of the file and these options')
    .option('--wait', 'until every item has ended')
    .option('--out <file>', 'with --wait: write the results there, in the order of the items')
    .action(async (file: string, options: SubmitOptions, command: Command) => {
      const context = contextOf(command);
      const { assistant, name, key, wait = false, out } = options;
      const submitted = await uploadFile(context, { file, assistant, name, key });
      context.output.note(`Batch ${submitted.batch_id} with ${submitted.received} items is accepted.`);
      if (wait || out !== undefined) return end(context, submitted.batch_id, out);
      context.output.thing(submitted, () => `npx skein batch wait ${submitted.batch_id}`);
    });
  batch
    .command('wait <batch>')
    .description('wait until every item has ended')
    .option('--out <file>', 'write the results there, in the order of the items')
    .action((batchId: string, { out }: { out?: string }, command: Command) => end(contextOf(command), batchId, out));
  batch
    .command('status <batch>')
    .description('how its items stand')
    .action(async (batchId: string, _options: object, command: Command) => {
      const { connection, output } = contextOf(command);
      const found = await ask(connection.api.GET('/batches/{batch_id}', path(batchId)));
      output.thing(found, () => toText(found));
    });
  batch
    .command('results <batch>')
    .description('a line of JSON for each item that has ended')
    .option('--out <file>', 'write them there; default to stdout')
    .addOption(
      new Option('--order <order>', 'of the upload, or as they ended').choices(['item', 'completion']).default('item'),
    )
    .action(async (batchId: string, options: { out?: string; order: ResultOrder }, command: Command) => {
      const context = contextOf(command);
      const { out, order } = options;
      const count = await fetchResults(context, batchId, { out, order });
      if (out !== undefined) context.output.note(`${count} results are in ${out}`);
    });
  batch
    .command('cancel <batch>')
    .description('make no new runs, stop those that are open')
    .action(async (batchId: string, _options: object, command: Command) => {
      const { connection, output } = contextOf(command);
      const found = await ask(connection.api.POST('/batches/{batch_id}/cancel', path(batchId)));
      output.thing(found, () => toText(found));
    });
  batch
    .command('retry <batch>')
    .description('give items that did not complete a new run')
    .option('--wait', 'until every item has ended')
    .action(async (batchId: string, { wait = false }: { wait?: boolean }, command: Command) => {
      const context = contextOf(command);
      const found = await ask(context.connection.api.POST('/batches/{batch_id}/retry_failed', path(batchId)));
      if (wait) return end(context, batchId, undefined);
      context.output.thing(found, () => toText(found));
    });
  batch
    .command('delete <batch>')
    .description('with its results and the threads that were made for it')
    .action(async (batchId: string, _options: object, command: Command) => {
      const { connection, output } = contextOf(command);
      await ask(connection.api.DELETE('/batches/{batch_id}', path(batchId)));
      output.thing({ batch_id: batchId, deleted: true }, () => `${batchId} is deleted`);
    });
  batch
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'how many at most', parseCount, 20)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { connection, output } = contextOf(command);
      output.list(await askAll(limit, (query) => connection.api.GET('/batches', { params: { query } })), COLUMNS);
    });
}

async function end(context: Context, batchId: string, out: string | undefined): Promise<void> {
  const ended = await waitBatch(context, batchId);
  if (out !== undefined) {
    const count = await fetchResults(context, batchId, { out, order: 'item' });
    context.output.note(`${count} results are in ${out}`);
  }
  context.output.thing(ended, () => toText(ended));
}

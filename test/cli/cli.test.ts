import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { exampleBatch } from '../../src/api/batches/example-batch.ts';
import { createBatchProgress } from '../../src/cli/output/batch-progress.ts';
import { createOutput } from '../../src/cli/output/output.ts';
import { createRunText } from '../../src/cli/runs/run-text.ts';
import type { Batch, BatchResult } from '../../src/shared/domain/batch.ts';
import { asks, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';
import { jsonLines, useCli } from './use-cli.ts';

const skein = useSkein({ env: { BATCH_OPEN_RUNS: '40' } });
const cli = useCli(() => skein.url);
const state = {} as { assistant: string };
beforeAll(async () => {
  state.assistant = (await skein.createAssistant()).assistant_id;
});

const item = (n: number, answer: Parameters<typeof asks>[0] = { chunks: [`answer ${n}`] }) => ({
  custom_id: `item-${n}`,
  input: asks(answer),
});

describe('batch submit', () => {
  it('waits for the end and writes the results in order', async () => {
    const file = cli.file('runs.jsonl', ['', ...Array.from({ length: 30 }, (_, n) => item(n))]);
    const out = cli.path('results.jsonl');
    const { code, stdout, stderr } = await cli.run([
      'batch',
      'submit',
      file,
      '--assistant',
      state.assistant,
      '--wait',
      '--out',
      out,
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('30 results are in')]);
    expect(stdout).toContain('30 of 30 items have ended');
    const results = jsonLines<BatchResult>(readFileSync(out, 'utf8'));
    expect(results.map(({ output }) => output)).toEqual(Array.from({ length: 30 }, (_, n) => `answer ${n}`));
    const [batch] = jsonLines<Batch>((await cli.run(['--json', 'batch', 'list', '--limit', '1'])).stdout);
    const again = await cli.run(['batch', 'submit', file, '--assistant', state.assistant, '--json']);
    expect(jsonLines<Batch>(again.stdout)[0]?.batch_id).toBe(batch?.batch_id);
    const shown = await cli.run(['batch', 'results', batch?.batch_id ?? '']);
    expect(jsonLines(shown.stdout)).toEqual(results);
  });

  it('sends a large file in parts, and names the lines of the file that are wrong', async () => {
    const lines = Array.from({ length: 4100 }, (_, n) => ({ custom_id: `i${n}`, input: 'x' }));
    const wrong = [
      '',
      ...lines.slice(0, 4050),
      { custom_id: 'bad' },
      ...lines.slice(4050),
      { custom_id: 'i7', input: 'x' },
    ];
    const refused = await cli.run([
      '--json',
      'batch',
      'submit',
      cli.file('wrong.jsonl', wrong),
      '--assistant',
      state.assistant,
    ]);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'validation_failed',
      errors: [{ line: 4052, pointer: '/input' }],
    });
    const human = await cli.run(['batch', 'submit', cli.path('wrong.jsonl'), '--assistant', state.assistant]);
    expect(human.stderr).toContain('  line 4052: /input: is required\n');
    const { code, stdout } = await cli.run([
      '--json',
      'batch',
      'submit',
      cli.file('large.jsonl', lines),
      '--assistant',
      state.assistant,
    ]);
    expect(code).toBe(0);
    const [batch] = jsonLines<Batch>(stdout);
    expect(batch).toMatchObject({ received: 4100, status: 'in_progress' });
    const cancelled = await cli.run(['--json', 'batch', 'cancel', batch?.batch_id ?? '']);
    expect(jsonLines<Batch>(cancelled.stdout)[0]?.status).toMatch(/cancel/);
    const ended = await cli.run(['batch', 'wait', batch?.batch_id ?? '']);
    expect([ended.code, ended.stdout]).toEqual([4, expect.stringContaining('is cancelled: 4100 of 4100')]);
  });

  it('ends with 4 when items failed, which can run again', async () => {
    const answer = { steps: [[{ fault: { kind: 'status', status: 400 } }, { chunks: ['at last'] }]] } as const;
    const file = cli.file('failing.jsonl', [item(0), item(1, answer)]);
    const first = await cli.run(['--json', 'batch', 'submit', file, '--assistant', state.assistant, '--wait']);
    const [batch] = jsonLines<Batch>(first.stdout);
    expect([first.code, batch?.counts.failed]).toEqual([4, 1]);
    const again = await cli.run(['batch', 'retry', batch?.batch_id ?? '', '--wait']);
    expect(again.stdout).toContain('2 of 2 items have ended');
    const gone = await cli.run(['--json', 'batch', 'delete', batch?.batch_id ?? '']);
    expect(JSON.parse(gone.stdout)).toEqual({ batch_id: batch?.batch_id, deleted: true });
    const status = await cli.run(['--json', 'batch', 'status', batch?.batch_id ?? '']);
    expect([status.code, JSON.parse(status.stderr).code]).toEqual([1, 'not_found']);
  });

  it('leaves the batch alone at Ctrl-C and says how to come back', async () => {
    const file = cli.file('slow.jsonl', [item(0, { chunks: ['x'], first_delay_ms: 2000 })]);
    const args = ['batch', 'submit', file, '--assistant', state.assistant, '--name', 'Slow', '--wait'];
    const waiting = (): Promise<Batch | undefined> =>
      skein
        .send<Batch[]>('GET', '/batches?limit=1')
        .then(({ body }) => body.find(({ name, counts }) => name === 'Slow' && counts.in_progress === 1));
    const { code, stderr } = await cli.run(args, {}, (interrupt) => {
      void waitFor(waiting, { what: 'it is under way' }).then(() => setTimeout(interrupt, 300));
    });
    const batchId = (await waiting())?.batch_id;
    expect([code, stderr]).toEqual([130, expect.stringContaining(`npx skein batch wait ${batchId}`)]);
    expect((await cli.run(['batch', 'wait', batchId ?? ''])).code).toBe(0);
  });
});

describe('runs, threads and queues', () => {
  it('are listed, for people and as lines of JSON', async () => {
    const { thread_id } = await skein.createThread(state.assistant);
    const run = await skein.run({ thread_id, input: asks({ chunks: ['hello'] }) });
    const table = await cli.run(['threads', 'list']);
    expect(table.stdout).toMatch(new RegExp(`^THREAD +STATUS +UPDATED +NAME\n${thread_id} +idle `));
    const listed = await cli.run(['runs', 'list', '--json', '--thread', thread_id]);
    expect(jsonLines(listed.stdout)).toEqual([expect.objectContaining({ run_id: run.run_id, status: 'completed' })]);
    expect((await cli.run(['runs', 'get', run.run_id])).stdout).toContain('"status": "completed"');
    const queues = await cli.run(['queues']);
    expect(queues.stdout).toMatch(/LANE +QUEUED[\s\S]+interactive[\s\S]+batch[\s\S]+WORKER +STATE[\s\S]+alive/);
    expect(JSON.parse((await cli.run(['queues', '--json'])).stdout).lanes.length).toBe(2);
  });

  it('of which one is followed to its end, from its beginning', async () => {
    const { thread_id } = await skein.createThread(state.assistant);
    const input = asks({
      steps: [
        { tool_calls: [{ name: 'calculator', arguments: { expression: '12*7' } }] },
        { chunks: ['It is ', '84.'], delay_ms: 50 },
      ],
    });
    const tools = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const run = await skein.createRun({ thread_id, assistant_id: tools.assistant_id, input });
    const live = await cli.run(['runs', 'tail', run.run_id]);
    expect([live.code, live.stdout]).toEqual([0, '[calculator {"expression":"12*7"}]\n[calculator: 84]\nIt is 84.']);
    const events = jsonLines<{ event: string }>((await cli.run(['--json', 'runs', 'tail', run.run_id])).stdout);
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(['metadata', 'done']);
    const stopped = await skein.createRun({ thread_id, input: asks({ fault: { kind: 'hang' } }) });
    const tail = cli.run(['runs', 'tail', stopped.run_id]);
    expect((await cli.run(['runs', 'cancel', stopped.run_id])).code).toBe(0);
    expect((await tail).code).toBe(4);
  });
});

describe('what goes wrong', () => {
  it.each<[string, readonly string[], number, string]>([
    ['a file that is not there', ['batch', 'submit', '/nowhere.jsonl'], 2, 'cannot be read'],
    ['a command that is not there', ['nothing'], 2, 'unknown command'],
    ['an option that is wrong', ['threads', 'list', '--limit', 'x'], 2, 'whole number'],
    ['a batch that is not there', ['batch', 'status', 'x'], 1, 'does not exist'],
    ['a server that is not there', ['--url', 'http://127.0.0.1:9', 'threads', 'list'], 3, 'No answer'],
  ])('%s has an exit code, and is told as a problem', async (_title, args, code, text) => {
    const machine = await cli.run(['--json', ...args]);
    expect([machine.code, JSON.parse(machine.stderr).detail]).toEqual([code, expect.stringContaining(text)]);
  });
});

describe('npx skein', () => {
  it('starts in a clone on whatever Node npx runs on', () => {
    const { status, stdout } = spawnSync('npx', ['skein', '--help'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('Usage: skein')]);
  });
});

describe('progress', () => {
  it('is a bar where somebody looks, and lines elsewhere', () => {
    const show = (isTTY: boolean) => {
      let written = '';
      const sink = Object.assign(
        new Writable({
          write(chunk, _encoding, done) {
            written += String(chunk);
            done();
          },
        }),
        { isTTY, columns: 160, cursorTo: () => true, clearLine: () => true, moveCursor: () => true },
      );
      const progress = createBatchProgress(createOutput({ json: false, stdout: sink, stderr: sink }));
      progress.show(exampleBatch);
      progress.show({ ...exampleBatch, finished_at: exampleBatch.created_at });
      progress.stop();
      return written;
    };
    expect(show(true)).toMatch(/[█░]{10,}.*8%.*800\/10000.*20 running/);
    expect(show(false)).toBe('800 of 10000 ended, 20 running, 2 failed\n'.repeat(2));
  });

  it('of a run writes each piece once, whatever is repeated', () => {
    const text = createRunText();
    const events: [string, Record<string, unknown>][] = [
      ['text', { message_id: 'a', offset: 0, delta: 'Hel' }],
      ['text', { message_id: 'a', offset: 0, delta: 'Hello' }],
      ['text', { message_id: 'b', offset: 0, delta: 'Again' }],
      ['message', { id: 'b', role: 'assistant', content: 'Again!' }],
      ['snapshot', { messages: [{ id: 'b', role: 'assistant', content: 'Again!' }] }],
    ];
    expect(events.map(([event, data]) => text.render(event, data)).join('')).toBe('Hello\nAgain!');
  });
});

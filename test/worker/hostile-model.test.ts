/** Hostile models and tools: the rows of the catalogue on what a run makes of them (118 to 125). Calls without end (121) are in test/api/runs/limits.test.ts, answers of any size (118) in test/integration/llm; MCP (127, 128) is not there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FinishedRun } from '../../src/shared/domain/run.ts';
import { type BuiltinTool, defineTool } from '../../src/worker/tools/tool.ts';
import { asks, useSkein } from '../support/skein.ts';

const seen: unknown[] = [];
let abortedWith: unknown;
const RESULTS: Record<string, string> = {
  nothing: '',
  huge: 'ä'.repeat(1024 * 1024),
  binary: '\u0000\u0001\u007f\ud800 and \udfff',
  script: '<script>alert(1)</script>',
};

/** Assistants can name `calculator` and `current_time` only, so the tools of this test go by these names. */
const tools = new Map<string, BuiltinTool>([
  [
    'calculator',
    defineTool({
      name: 'calculator',
      description: 'Answers as it is told.',
      schema: z.object({ what: z.string() }),
      idempotent: true,
      async execute(args, { projectId }) {
        seen.push({ args, projectId });
        return RESULTS[args.what] ?? 'fine';
      },
    }),
  ],
  [
    'current_time',
    defineTool({
      name: 'current_time',
      description: 'Never answers.',
      schema: z.object({}),
      idempotent: true,
      async execute(_args, { signal }) {
        await sleep(3_600_000, undefined, { signal }).catch((error) => {
          abortedWith = signal.reason;
          throw error;
        });
        return '';
      },
    }),
  ],
]);
const skein = useSkein({ tools });

async function runWith(tool_calls: readonly { name: string; arguments: string | object }[], fields: object = {}) {
  const offered = [...tools.keys()].map((name) => ({ type: 'builtin', name }));
  const { assistant_id } = await skein.createAssistant({ tools: offered });
  const { thread_id } = await skein.createThread(assistant_id);
  const calls = tool_calls.map((call, n) => ({ id: `call_${n}`, ...call })) as never;
  const input = asks({ steps: [{ tool_calls: calls }, { chunks: ['The end.'] }] });
  return skein.run({ thread_id, input, ...fields });
}
const resultsOf = (run: FinishedRun) =>
  run.messages
    .filter(({ role }) => role === 'tool')
    .map(({ content, status }) => ({ content: String(content), status }));

describe('what the model writes', () => {
  it.each([
    ['118 arguments that are no JSON', '{"what":'],
    ['118 arguments of the wrong type', '{"what":5}'],
    ['118 arguments that are a list', '[]'],
    ['122 an operator for a value', '{"what":{"$ne":null}}'],
    ['118 arguments of 400 kB', JSON.stringify({ what: 5, more: 'x'.repeat(400_000) })],
  ])('%s: an error for the model, and the run goes on', async (_row, args) => {
    seen.length = 0;
    const run = await runWith([{ name: 'calculator', arguments: args }]);
    expect(run).toMatchObject({ status: 'completed', attempt: 1 });
    expect(resultsOf(run)).toMatchObject([{ status: 'error', content: expect.stringContaining('invalid_arguments') }]);
    expect(seen).toEqual([]);
  });

  it.each(['nope', '__proto__', 'constructor', 'hasOwnProperty', 'calculator ', 'Calculator', '../calculator'])(
    '119 a call of the tool "%s": an error for the model, and the run goes on',
    async (name) => {
      const run = await runWith([{ name, arguments: {} }]);
      expect(run.status).toBe('completed');
      expect(resultsOf(run)).toMatchObject([{ status: 'error', content: expect.stringContaining('unknown_tool') }]);
    },
  );

  it('122 arguments that name another project: the tool works in the project of the run', async () => {
    seen.length = 0;
    const run = await runWith([
      { name: 'calculator', arguments: { what: 'x', project_id: 'other', projectId: 'other', __proto__: null } },
    ]);
    expect(run.status).toBe('completed');
    expect(seen).toEqual([{ args: { what: 'x' }, projectId: run.project_id }]);
  });

  it('125 script in an answer: stored and streamed as the text it is, never as a page', async () => {
    const text = '<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/pixel)';
    const { thread_id } = await skein.createThread();
    const run = await skein.run({ thread_id, input: asks({ chunks: [text] }) });
    expect(run.messages.at(-1)?.content).toBe(text);
    for (const path of [`/runs/${run.run_id}`, `/threads/${thread_id}/messages`, `/runs/${run.run_id}/stream`]) {
      const answer = await fetch(`${skein.url}${path}`);
      expect(answer.headers.get('content-type')).toMatch(/^(application\/json|text\/event-stream)/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      await answer.text();
    }
  });
});

describe('what a tool answers', () => {
  const answerOf = async (what: string) => {
    const run = await runWith([{ name: 'calculator', arguments: { what } }]);
    expect(run).toMatchObject({ status: 'completed', attempt: 1 });
    const [result] = resultsOf(run);
    expect(result?.status).toBe('completed');
    return result?.content ?? '';
  };

  it('124 2 MiB: cut at 256 KiB, with a mark', async () => {
    const content = await answerOf('huge');
    expect(Buffer.byteLength(content)).toBeLessThan(257 * 1024);
    expect(content).toMatch(/^ä+\n\[cut: 2097152 bytes in all\]$/);
  });

  it('124 nothing: an empty text', async () => {
    expect(await answerOf('nothing')).toBe('');
  });

  it('124 NUL and half characters: stored as text that every reader can decode', async () => {
    const content = await answerOf('binary');
    expect(content.isWellFormed()).toBe(true);
    expect(content).toContain(' and ');
  });

  it('125 script: a text like any other', async () => {
    expect(await answerOf('script')).toBe('<script>alert(1)</script>');
  });

  it('124 a tool that never answers is stopped with its run, at the limit of its time', async () => {
    const run = await runWith([{ name: 'current_time', arguments: {} }], { limits: { max_duration_ms: 1000 } });
    expect(run).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_duration' } });
    expect(abortedWith).toBe('deadline');
  });
});

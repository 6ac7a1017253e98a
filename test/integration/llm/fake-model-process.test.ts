import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LlmMessage } from '../../../src/shared/llm/llm.ts';
import { openLlm } from './setup.ts';

const child = { kill: (): unknown => undefined, url: '' };

beforeAll(async () => {
  const started = spawn(process.execPath, ['test/support/fake-model/main.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.kill = () => started.kill('SIGTERM');
  const [line] = await once(createInterface(started.stdout), 'line');
  child.url = JSON.parse(line).url;
});
afterAll(() => {
  child.kill();
});

const ask = (messages: readonly LlmMessage[]) =>
  openLlm(child.url).stream({ model: 'm', messages }, { onText: () => undefined }, new AbortController().signal);
const user = (content: string): LlmMessage => ({ role: 'user', content });

describe('the fake model as a process', () => {
  it('does what the newest user message says', async () => {
    const directive = user('please [[fake: {"chunks":["[[a]]","b"],"delay_ms":1}]] now');
    expect(await ask([user('[[fake: {"chunks":["old"]}]]'), directive])).toMatchObject({ text: '[[a]]b' });
  });

  it('plays a tool loop by the steps of one message, and repeats the last step', async () => {
    const call = { name: 'calculator', arguments: { expression: '1+1' } };
    const question = user(`[[fake: ${JSON.stringify({ steps: [{ tool_calls: [call] }, { chunks: ['two'] }] })}]]`);
    const first = await ask([question]);
    expect(first.tool_calls).toMatchObject([{ name: 'calculator', arguments: '{"expression":"1+1"}' }]);
    const answered: LlmMessage[] = [
      question,
      { role: 'assistant', content: '', tool_calls: first.tool_calls },
      { role: 'tool', content: '2', tool_call_id: first.tool_calls[0]?.id ?? '' },
    ];
    expect((await ask(answered)).text).toBe('two');
    expect((await ask([...answered, { role: 'assistant', content: 'two' }])).text).toBe('two');
  });

  it('fails as often as the attempts of a step say, then answers', async () => {
    const down = { fault: { kind: 'status', status: 503 } };
    const question = user(`attempts [[fake: ${JSON.stringify([down, down, { chunks: ['up'] }])}]]`);
    await expect(ask([question])).rejects.toMatchObject({ status: 503 });
    await expect(ask([question])).rejects.toMatchObject({ status: 503 });
    expect((await ask([question])).text).toBe('up');
  });

  it('refuses a broken directive', async () => {
    await expect(ask([user('[[fake: {broken]]')])).rejects.toMatchObject({ code: 'model_rejected', status: 400 });
  });

  it('lists what it was asked', async () => {
    await ask([user('mark-1')]);
    const asked = await (await fetch(`${child.url}/requests`)).json();
    expect(asked).toContainEqual(expect.objectContaining({ user_text: 'mark-1', closed_early: false }));
  });
});

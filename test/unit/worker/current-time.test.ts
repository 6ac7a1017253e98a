import { describe, expect, it } from 'vitest';
import { createCurrentTime } from '../../../src/worker/tools/current-time.ts';
import { ToolError } from '../../../src/worker/tools/tool.ts';

const tool = createCurrentTime(() => new Date('2026-01-31T23:30:00Z'));
const context = { signal: new AbortController().signal, idempotencyKey: 'k', projectId: 'p' };
const ask = async (args: object) => JSON.parse(await tool.execute(args, context));

describe('current_time', () => {
  it('tells the time in UTC when nothing else is asked for', async () => {
    expect(await ask({})).toMatchObject({ utc: '2026-01-31T23:30:00.000Z', time_zone: 'UTC' });
  });

  it('tells the local time of a zone, with its own date', async () => {
    const { utc, local } = await ask({ time_zone: 'Asia/Tokyo' });
    expect(utc).toBe('2026-01-31T23:30:00.000Z');
    expect(local).toMatch(/Sunday.*1 February 2026.*08:30:00/);
  });

  it('says when there is no such zone', async () => {
    for (const time_zone of ['Nowhere/City', '', '../etc'])
      await expect(tool.execute({ time_zone }, context)).rejects.toBeInstanceOf(ToolError);
    expect(tool.schema.safeParse({ time_zone: 'x'.repeat(65) }).success).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { applyRunEvent, type LiveRun, startLiveRun } from '../../../src/web/conversation/live-run.ts';
import type { RunEvent } from '../../../src/web/conversation/run-event.ts';

const RUN = 'run-1';
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const metadata = (attempt: number): RunEvent => ({
  name: 'metadata',
  data: { run_id: RUN, thread_id: 't', attempt, status: 'in_progress' },
});
const text = (id: string, offset: number, delta: string): RunEvent => ({
  name: 'text',
  data: { message_id: id, offset, delta },
});
const message = (id: string, content: string): RunEvent => ({
  name: 'message',
  data: { id, role: 'assistant', content, status: 'completed', run_id: RUN, created_at: '2026-01-31T09:30:00.000Z' },
});
const done: RunEvent = { name: 'done', data: { status: 'completed', usage, run_id: RUN } };

const played = (...events: RunEvent[]): LiveRun => events.reduce(applyRunEvent, startLiveRun(RUN));
const shown = (live: LiveRun) => live.messages.map((item) => item.message.content);

describe('the text of a run that is watched', () => {
  it('is put together by offset, so that a piece that comes twice does no harm', () => {
    expect(shown(played(metadata(1), text('a', 0, 'Hel'), text('a', 3, 'lo'), text('a', 3, 'lo')))).toEqual(['Hello']);
  });

  it('leaves out a piece whose beginning is missing, until the whole text comes', () => {
    const live = played(metadata(1), text('a', 5, 'world'));
    expect(shown(live)).toEqual([]);
    expect(shown(applyRunEvent(live, text('a', 0, 'Hello world')))).toEqual(['Hello world']);
  });

  it('is replaced by the message as stored, and not touched by pieces that come later', () => {
    expect(shown(played(metadata(1), text('a', 0, 'Hel'), message('a', 'Hello!'), text('a', 3, 'lo')))).toEqual([
      'Hello!',
    ]);
  });

  it('is dropped when a new attempt or another call of the model writes it anew', () => {
    expect(shown(played(metadata(1), text('a', 0, 'Half'), metadata(2), text('b', 0, 'Whole')))).toEqual(['Whole']);
    const retrying: RunEvent = { name: 'retrying', data: { reason: 'model_timeout', attempt: 2, delay_ms: 10 } };
    expect(shown(played(metadata(1), text('a', 0, 'Half'), retrying))).toEqual([]);
    expect(shown(played(metadata(1), text('a', 0, 'Half'), text('b', 0, 'Whole')))).toEqual(['Whole']);
  });

  it('keeps what was stored when a new attempt begins', () => {
    expect(shown(played(metadata(1), message('a', 'Stored'), text('b', 0, 'Half'), metadata(2)))).toEqual(['Stored']);
  });

  it('that was never stored is gone at the end', () => {
    const live = played(metadata(1), message('a', 'Stored'), text('b', 0, 'Half'), done);
    expect(shown(live)).toEqual(['Stored']);
    expect(live).toMatchObject({ ended: true, status: 'completed' });
  });
});

describe('a tool of a run that is watched', () => {
  const call: RunEvent = {
    name: 'tool_call',
    data: { message_id: 'a', id: 'c1', name: 'calculator', arguments: { x: 1 } },
  };
  const result: RunEvent = {
    name: 'tool_result',
    data: {
      message_id: 'r',
      tool_call_id: 'c1',
      name: 'calculator',
      content: '84',
      status: 'completed',
      duration_ms: 7,
    },
  };

  it('is there with its call before it has a result, once however often the event comes', () => {
    const [asked] = played(metadata(1), call, call).messages;
    expect(asked?.message.tool_calls).toEqual([{ id: 'c1', name: 'calculator', arguments: { x: 1 } }]);
  });

  it('has its result and how long it took', () => {
    const live = played(metadata(1), call, result, result);
    expect(live.messages.at(-1)?.message).toMatchObject({ id: 'r', role: 'tool', tool_call_id: 'c1', content: '84' });
    expect(live.messages).toHaveLength(2);
    expect(live.durations).toEqual({ c1: 7 });
  });
});

describe('a run that is being stopped', () => {
  it('stays so whatever the next attempt says, until it has ended', () => {
    const stopping: LiveRun = { ...played(metadata(1)), status: 'cancelling' };
    expect(applyRunEvent(stopping, metadata(2)).status).toBe('cancelling');
    const cancelled: RunEvent = { name: 'done', data: { status: 'cancelled', usage, run_id: RUN } };
    expect(applyRunEvent(stopping, cancelled).status).toBe('cancelled');
  });
});

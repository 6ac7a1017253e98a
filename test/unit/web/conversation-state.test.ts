import { describe, expect, it } from 'vitest';
import {
  type ConversationState,
  cutAtFork,
  INITIAL_CONVERSATION,
  isBusy,
  visibleMessages,
} from '../../../src/web/conversation/conversation-state.ts';
import { applyRunEvent, startLiveRun } from '../../../src/web/conversation/live-run.ts';
import { newSend, toRunInput } from '../../../src/web/conversation/pending-send.ts';
import { aMessage, aRun } from './example-data.ts';

const state = (more: Partial<ConversationState>): ConversationState => ({
  ...INITIAL_CONVERSATION,
  phase: 'ready',
  ...more,
});
const ids = (of: ConversationState) => visibleMessages(of).map(({ id }) => id);
const written = applyRunEvent(startLiveRun('r1', 'in_progress'), {
  name: 'text',
  data: { message_id: 'a1', offset: 0, delta: 'Half' },
});
const stored = [aMessage('q0'), aMessage('a0', { role: 'assistant' })];

describe('what a conversation shows', () => {
  it('is what is stored, what the run was given, and what it has written, each once', () => {
    const input = [{ id: 'q1', role: 'user' as const, content: 'Now?' }];
    const live = state({ messages: stored, live: written, liveRun: aRun({ input }) });
    expect(ids(live)).toEqual(['q0', 'a0', 'q1', 'a1']);
    const question = aMessage('q1', { run_id: 'r1' });
    expect(ids({ ...live, messages: [...stored, question] })).toEqual(['q0', 'a0', 'q1', 'a1']);
    expect(ids({ ...live, messages: [...stored, question, aMessage('a1')] })).toEqual(['q0', 'a0', 'q1', 'a1']);
  });

  it('has what is being sent before its answer, and what could not be sent at the end', () => {
    const pending = newSend('Now?', { id: 'q1' });
    expect(ids(state({ messages: stored, live: written, pending }))).toEqual(['q0', 'a0', 'q1', 'a1']);
    const refused = { ...pending, error: new Error('no') };
    expect(ids(state({ messages: stored, live: written, pending: refused }))).toEqual(['q0', 'a0', 'a1', 'q1']);
  });

  it('adds no message when what is there is answered again', () => {
    expect(ids(state({ messages: stored, pending: newSend(null) }))).toEqual(['q0', 'a0']);
  });
});

describe('a fork', () => {
  const pending = newSend('Other', { checkpointId: 'v1', keepUntil: 'q0' });

  it('hides what it leaves behind until its own first step is stored', () => {
    expect(cutAtFork(stored, state({ pending })).map(({ id }) => id)).toEqual(['q0']);
    const own = [...stored, aMessage('q1', { run_id: 'r1' })];
    expect(cutAtFork(own, state({ pending, live: written }))).toBe(own);
  });

  it('from the very beginning keeps nothing', () => {
    expect(cutAtFork(stored, state({ pending: { ...pending, keepUntil: null } }))).toEqual([]);
  });
});

describe('a conversation is busy', () => {
  it('from the send to the end of the run, and not when the send was refused', () => {
    const pending = newSend('Now?');
    expect(isBusy(state({ pending }))).toBe(true);
    expect(isBusy(state({ live: written }))).toBe(true);
    expect(isBusy(state({ live: { ...written, ended: true } }))).toBe(false);
    expect(isBusy(state({ pending: { ...pending, error: new Error('no') } }))).toBe(false);
  });
});

describe('what is sent', () => {
  it('is one message under its own id, or nothing, from where it goes on', () => {
    expect(toRunInput(newSend('Now?', { id: 'q1' }))).toEqual({ input: [{ id: 'q1', role: 'user', content: 'Now?' }] });
    expect(toRunInput(newSend(null, { checkpointId: 'v1' }))).toEqual({ input: null, checkpoint_id: 'v1' });
  });
});

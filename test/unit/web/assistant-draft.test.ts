import { describe, expect, it } from 'vitest';
import type { Assistant } from '../../../src/web/api/types.ts';
import {
  type AssistantDraft,
  checkDraft,
  NEW_DRAFT,
  toDraft,
  toInput,
} from '../../../src/web/pages/assistants/assistant-draft.ts';
import { changedFields } from '../../../src/web/pages/assistants/changed-fields.ts';
import { at } from './example-data.ts';

const ASSISTANT: Assistant = {
  assistant_id: 'a1',
  project_id: 'p1',
  version: 3,
  name: 'Ledger',
  model: 'default',
  instructions: 'Be exact.',
  response_format: null,
  context_policy: null,
  temperature: 0.4,
  tools: [
    { type: 'builtin', name: 'calculator' },
    { type: 'function', function: { name: 'post_entry', description: 'Posts', parameters: { type: 'object' } } },
    { type: 'function', function: { name: 'bare' } },
  ],
  limits: {
    max_steps: 25,
    max_tool_calls: 64,
    max_duration_ms: 90_500,
    max_total_tokens: null,
    max_context_messages: 1000,
  },
  metadata: {},
  created_at: at(0),
  updated_at: at(0),
};
const draft = (more: Partial<AssistantDraft>): AssistantDraft => ({ ...NEW_DRAFT, name: 'A', ...more });
const wrong = (more: Partial<AssistantDraft>) => Object.keys(checkDraft(draft(more)));
const tool = (name: string, parameters = '{}') => ({ key: name, name, description: '', parameters });

describe('an assistant that is being edited', () => {
  it('is saved as it was when nothing is typed', () => {
    const { name, model, instructions, temperature, tools, limits } = ASSISTANT;
    expect(toInput(toDraft(ASSISTANT))).toEqual({ name, model, instructions, temperature, tools, limits });
    expect(checkDraft(toDraft(ASSISTANT))).toEqual({});
  });

  it('shows times in seconds, and no limit as an empty field', () => {
    expect(toDraft(ASSISTANT).limits).toMatchObject({ max_duration_ms: '90.5', max_total_tokens: '' });
  });

  it('names each field that cannot be saved', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ name: '  ', model: '' })).toEqual(['name', 'model']);
    expect(wrong({ temperature: '2.1' })).toEqual(['temperature']);
    expect(wrong({ temperature: 'warm' })).toEqual(['temperature']);
    const { limits } = NEW_DRAFT;
    expect(wrong({ limits: { ...limits, max_steps: '0', max_tool_calls: '1.5', max_duration_ms: '' } })).toEqual([
      'limits.max_steps',
      'limits.max_tool_calls',
      'limits.max_duration_ms',
    ]);
    expect(wrong({ limits: { ...limits, max_total_tokens: '' } })).toEqual([]);
    expect(wrong({ functions: [tool('no spaces')] })).toEqual(['functions.no spaces.name']);
    expect(wrong({ builtins: ['calculator'], functions: [tool('calculator')] })).toEqual(['functions.calculator.name']);
    expect(wrong({ functions: [tool('f', '[]'), tool('g', '{')] })).toEqual([
      'functions.f.parameters',
      'functions.g.parameters',
    ]);
    expect(wrong({ functions: [tool('f', ' ')] })).toEqual([]);
  });
});

describe('the difference of two versions', () => {
  it('names what differs, in words, and nothing else', () => {
    expect(changedFields(ASSISTANT, { ...ASSISTANT, temperature: null, model: 'large' })).toEqual([
      { name: 'model', label: 'Model', before: 'default', after: 'large' },
      { name: 'temperature', label: 'Temperature', before: '0.4', after: 'The model’s own' },
    ]);
    expect(changedFields(ASSISTANT, { ...ASSISTANT })).toEqual([]);
  });

  it('does not depend on the order in which limits are written', () => {
    const limits = Object.fromEntries(Object.entries(ASSISTANT.limits).toReversed()) as Assistant['limits'];
    expect(changedFields(ASSISTANT, { ...ASSISTANT, limits })).toEqual([]);
  });
});

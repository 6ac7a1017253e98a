import type { Assistant } from '../../shared/domain/assistant.ts';
import { DEFAULT_LIMITS } from '../../shared/domain/limits.ts';

export const exampleAssistant: Assistant = {
  assistant_id: '0190a3b4-0000-7000-8000-000000000001',
  project_id: '00000000-0000-7000-8000-000000000001',
  version: 1,
  name: 'Helper',
  model: 'default',
  instructions: 'Be brief.',
  tools: [{ type: 'builtin', name: 'calculator' }],
  temperature: null,
  response_format: null,
  context_policy: null,
  limits: DEFAULT_LIMITS,
  metadata: {},
  created_at: '2026-01-31T09:00:00.000Z',
  updated_at: '2026-01-31T09:00:00.000Z',
};

import type { ApiKey } from '../../shared/domain/api-key.ts';
import { NO_PROJECT_LIMITS, type Project } from '../../shared/domain/project.ts';

export const exampleProject: Project = {
  project_id: '0190a3b4-0000-7000-8000-000000000011',
  name: 'Support',
  limits: NO_PROJECT_LIMITS,
  paused_at: null,
  created_at: '2026-01-31T09:00:00.000Z',
  updated_at: '2026-01-31T09:00:00.000Z',
};

export const exampleKey: ApiKey = {
  key_id: '0190a3b4-0000-7000-8000-000000000012',
  project_id: exampleProject.project_id,
  name: 'Web shop',
  prefix: 'skein_4kX9Tc',
  scopes: ['runs'],
  created_at: '2026-01-31T09:00:00.000Z',
  last_used_at: '2026-01-31T09:29:00.000Z',
  revoked_at: null,
};

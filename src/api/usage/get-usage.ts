import type { Request } from 'express';
import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { laneSchema } from '../../shared/domain/run.ts';
import { type GroupedUsage, USAGE_FIELDS, type UsageField } from '../../shared/mongo/usage-repository.ts';
import { COUNT_NAMES } from '../../shared/usage/usage-counts.ts';
import { DAY_MS, dayOf } from '../../shared/usage/usage-slots.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { decodeCursor, encodeCursor, nextPageHeaders, PAGE_HEADERS, pageQuery } from '../pagination.ts';
import { invalid } from '../validate.ts';

const MAX_DAYS = 366;
const DEFAULT_DAYS = 30;
const GROUPS = { day: 'day', project: 'project_id', assistant: 'assistant_id', model: 'model', lane: 'lane' } as const;
type Group = keyof typeof GROUPS;

const count = z.int().min(0);
const usageSchema = z
  .object({
    day: z.iso.date().nullable().meta({ description: 'In UTC. Like the next four, null when it was not asked for.' }),
    project_id: uuidSchema.nullable().meta({ description: 'For keys of a project always theirs.' }),
    assistant_id: uuidSchema.nullable(),
    model: z.string().nullable().meta({ description: 'As the run asked for it.' }),
    lane: laneSchema.nullable(),
    runs: count.meta({ description: 'All that ended.' }),
    completed: count,
    failed: count,
    cancelled: count,
    expired: count,
    incomplete: count,
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
  })
  .meta({ id: 'UsageRow' });
type UsageRow = z.infer<typeof usageSchema>;

const groupSchema = z
  .string()
  .regex(
    /^(day|project|assistant|model|lane)(,(day|project|assistant|model|lane))*$/,
    `is a list of ${Object.keys(GROUPS).join(', ')}`,
  )
  .default('day')
  .transform((text) => new Set(text.split(',') as Group[]))
  .meta({
    description: 'One or more of `day`, `project`, `assistant`, `model` and `lane`, separated by commas.',
    override: ({ jsonSchema }) => Object.assign(jsonSchema, { type: 'string', default: 'day' }),
  });

export const getUsage = (deps: Pick<ApiDeps, 'usage'>): Endpoint =>
  defineEndpoint({
    method: 'get',
    path: '/usage',
    tag: 'Usage',
    access: 'read',
    summary: 'See runs and tokens by day, assistant, model …',
    description:
      'What ended in a range of days, up to a few seconds ago: runs by how they ended, and tokens as the provider counted them. A run counts on the day of its end, also when its thread was deleted ' +
      'since. A key sees its project. The admin key sees all, or the one that `X-Project-Id` names.',
    query: z.strictObject({
      from: z.iso
        .date()
        .optional()
        .meta({ description: `First day, in UTC. Default: ${DEFAULT_DAYS} days with \`to\`.` }),
      to: z.iso.date().optional().meta({ description: 'Last day, included. Default: today.' }),
      group_by: groupSchema,
      ...pageQuery,
    }),
    responses: {
      200: {
        description: 'By day, then most tokens first.',
        schema: z.array(usageSchema),
        headers: PAGE_HEADERS,
        example: [
          {
            day: '2026-01-31',
            project_id: '0190a3b4-0000-7000-8000-000000000009',
            assistant_id: null,
            model: null,
            lane: null,
            runs: 130,
            completed: 121,
            failed: 2,
            cancelled: 5,
            expired: 0,
            incomplete: 2,
            prompt_tokens: 91_000,
            completion_tokens: 22_500,
            total_tokens: 113_500,
          },
        ],
      },
    },
    async handler({ query: { from, to, group_by: groups, limit, cursor }, caller, req }) {
      const days = rangeOf(from, to);
      const projectId = caller.keyId === null && !namesProject(req) ? undefined : caller.projectId;
      const by: UsageField[] = [...groups].map((group) => GROUPS[group]);
      const rows = (await deps.usage.read({ projectId, ...days }, by))
        .map((group) => toRow(group, projectId ?? null))
        .sort(byDayThenTokens);
      const [at = 0] = decodeCursor(z.tuple([z.int().min(0)]), cursor) ?? [];
      const end = at + limit;
      const next = rows.length > end ? encodeCursor([end]) : undefined;
      return { status: 200, body: rows.slice(at, end), headers: nextPageHeaders(req.originalUrl, 'cursor', next) };
    },
  });

const namesProject = (req: Request): boolean => req.headers['x-project-id'] !== undefined;

function rangeOf(from: string | undefined, to: string | undefined): { from: string; to: string } {
  const last = to ?? dayOf(new Date());
  const first = from ?? dayOf(new Date(Date.parse(last) - (DEFAULT_DAYS - 1) * DAY_MS));
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days >= 1 && days <= MAX_DAYS) return { from: first, to: last };
  throw invalid([
    { pointer: 'query/from', code: 'invalid_range', message: `must be at most ${MAX_DAYS - 1} days before \`to\`` },
  ]);
}

function toRow({ by, counts }: GroupedUsage, projectId: string | null): UsageRow {
  const none = Object.fromEntries(USAGE_FIELDS.map((field) => [field, null]));
  const { prompt_tokens, completion_tokens } = counts;
  const runs = COUNT_NAMES.reduce((sum, name) => (name.endsWith('_tokens') ? sum : sum + counts[name]), 0);
  const total_tokens = prompt_tokens + completion_tokens;
  return { ...none, project_id: projectId, ...by, runs, ...counts, total_tokens } as UsageRow;
}

function byDayThenTokens(a: UsageRow, b: UsageRow): number {
  if (a.day !== b.day) return (a.day ?? '') < (b.day ?? '') ? -1 : 1;
  if (a.total_tokens !== b.total_tokens) return b.total_tokens - a.total_tokens;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { type RunInput, runInputSchema, threadRunInputSchema } from '../../shared/domain/run.ts';
import type { ErrorCode } from '../../shared/errors/error-catalogue.ts';
import { IDEMPOTENCY } from '../idempotency-key.ts';

/** Runs are created with the thread in the body (or none) and under a thread. */
export const CREATE_PATHS = [
  { prefix: '', params: z.object({}), body: runInputSchema },
  { prefix: '/threads/{thread_id}', params: z.object({ thread_id: uuidSchema }), body: threadRunInputSchema },
] as const;

/** Both forms as one: the thread of the path counts. */
export const toRunInput = (
  params: { thread_id?: string },
  body: RunInput | z.output<typeof threadRunInputSchema>,
): RunInput => (params.thread_id === undefined ? body : { ...body, thread_id: params.thread_id });

export const CREATE_PROBLEMS: readonly ErrorCode[] = [
  'not_found',
  'reference_not_found',
  'url_not_allowed',
  'thread_busy',
  'queue_full',
  'too_many_queued_runs',
  ...IDEMPOTENCY.problems,
];

export const CREATE_HEADERS = {
  'Content-Location': 'Path of the run.',
  ...IDEMPOTENCY.responseHeaders,
} as const;

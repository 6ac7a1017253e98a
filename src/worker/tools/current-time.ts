import { z } from 'zod';
import { defineTool, ToolError } from './tool.ts';

/** @param clock replaced in tests. */
export const createCurrentTime = (clock: () => Date = () => new Date()) =>
  defineTool({
    name: 'current_time',
    description: 'The current date and time, in UTC and in the given time zone.',
    schema: z.strictObject({
      time_zone: z.string().max(64).optional().describe('IANA name such as Europe/Berlin; default UTC.'),
    }),
    idempotent: true,
    async execute({ time_zone = 'UTC' }) {
      const now = clock();
      try {
        const local = new Intl.DateTimeFormat('en-GB', {
          timeZone: time_zone,
          dateStyle: 'full',
          timeStyle: 'long',
        }).format(now);
        return JSON.stringify({ utc: now.toISOString(), time_zone, local });
      } catch {
        throw new ToolError('unknown_time_zone', `There is no time zone "${time_zone}".`);
      }
    },
  });

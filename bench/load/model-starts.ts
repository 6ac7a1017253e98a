import { z } from 'zod';

const requestsSchema = z.array(z.object({ user_text: z.string(), started_at: z.number() }));

/**
 * When the fake model began its answers, epoch milliseconds by user text. It keeps the newest 1,000 requests, so a larger load cannot be
 * judged. From then on it sends token i (from 0) at i + 1 delays, also when it was late with the one before.
 */
export const readModelStarts = async (modelUrl: string): Promise<ReadonlyMap<string, number>> => {
  const response = await fetch(`${modelUrl}/requests`);
  const requests = requestsSchema.parse(await response.json());
  return new Map(requests.map((request) => [request.user_text, request.started_at]));
};

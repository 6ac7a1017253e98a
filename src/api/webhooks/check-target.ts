import { toUrlProblem } from '../../shared/webhooks/run-hooks.ts';
import type { ApiDeps } from '../api-deps.ts';

/** Refuses a URL that may not be called, by its text and by what its name stands for now. @throws AppError url_not_allowed */
export async function checkTarget({ outbound }: Pick<ApiDeps, 'outbound'>, url: string): Promise<void> {
  await outbound.checkTarget(url).catch((error) => {
    throw toUrlProblem(error, '/url');
  });
}

import { AppError } from '../../shared/errors/app-error.ts';
import type { AssistantRepository } from '../../shared/mongo/assistant-repository.ts';

/** @throws AppError reference_not_found when a body names an assistant that the project does not have */
export async function assistantMustExist(
  assistants: Pick<AssistantRepository, 'get'>,
  projectId: string,
  assistantId: string,
): Promise<void> {
  if (await assistants.get(projectId, assistantId)) return;
  throw new AppError('reference_not_found', {
    detail: 'There is no such assistant.',
    errors: [{ pointer: '/assistant_id', code: 'reference_not_found', message: 'there is no such assistant' }],
  });
}

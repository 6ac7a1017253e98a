import { z } from 'zod';
import { keyScopeSchema } from '../../shared/domain/api-key.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import type { Principal } from '../middleware/authenticate.ts';

/** Who the server takes the caller for. */
export const callerSchema = z
  .object({
    operator: z.boolean().meta({ description: 'Holds the admin key, or nobody is asked for one.' }),
    project_id: uuidSchema,
    key_id: uuidSchema.nullable(),
    scopes: z.array(keyScopeSchema),
  })
  .meta({ id: 'Caller' });

export const exampleCaller: z.infer<typeof callerSchema> = {
  operator: false,
  project_id: '0190a3b4-0000-7000-8000-000000000011',
  key_id: '0190a3b4-0000-7000-8000-000000000012',
  scopes: ['runs'],
};

export const toCaller = ({ projectId, keyId, scopes }: Principal): z.infer<typeof callerSchema> => ({
  operator: keyId === null,
  project_id: projectId,
  key_id: keyId,
  scopes: [...scopes],
});

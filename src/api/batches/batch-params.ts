import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';

export const batchParams = z.object({ batch_id: uuidSchema });

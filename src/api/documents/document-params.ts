import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';

export const documentParams = z.object({ document_id: uuidSchema });

import { v5, v7 } from 'uuid';
import { z } from 'zod';

/** A new time-ordered id (UUID v7), for everything Skein creates: indexes stay compact and ids sort by creation. */
export const newId = (): string => v7();

const DERIVED = '7c3f1c1e-5d0a-4c55-9f5e-3a4f0d6b7c21';

/** The id of what must exist once for a name: whoever makes it a second time gets the same id (UUID v5). */
export const derivedId = (name: string): string => v5(name, DERIVED);

/** Any UUID, as clients may send and as the API answers. */
export const uuidSchema = z
  .uuid()
  .overwrite((id) => id.toLowerCase())
  .meta({ description: 'A UUID; those that Skein makes are version 7.' });

/** The project of `AUTH_MODE=none`: one well-known id, so that data written without auth keeps its owner. */
export const DEFAULT_PROJECT_ID = '00000000-0000-7000-8000-000000000001';

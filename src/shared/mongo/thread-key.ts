import { DEFAULT_PROJECT_ID } from '../domain/ids.ts';

/**
 * `_id` of a thread. Clients may choose the ids of threads, so an id means something within its project only: two projects can have the same one, and neither learns of the other. The default project
 * keeps bare ids, under which its threads were stored before there were others.
 */
export const threadKey = (projectId: string, threadId: string): string =>
  projectId === DEFAULT_PROJECT_ID ? threadId : `${projectId}/${threadId}`;

/** The id that clients know. */
export const threadIdOf = (key: string): string => key.slice(key.indexOf('/') + 1);

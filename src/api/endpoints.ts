import type { ApiDeps } from './api-deps.ts';
import { createAssistant } from './assistants/create-assistant.ts';
import { deleteAssistant } from './assistants/delete-assistant.ts';
import { getAssistant } from './assistants/get-assistant.ts';
import { listAssistants } from './assistants/list-assistants.ts';
import { listVersions } from './assistants/list-versions.ts';
import { patchAssistant } from './assistants/patch-assistant.ts';
import type { Endpoint } from './endpoint.ts';
import { getInfo } from './system/get-info.ts';
import { getLive } from './system/get-live.ts';
import { getOk } from './system/get-ok.ts';
import { getReady } from './system/get-ready.ts';
import { createThread } from './threads/create-thread.ts';
import { getThread } from './threads/get-thread.ts';
import { listThreads } from './threads/list-threads.ts';
import { patchThread } from './threads/patch-thread.ts';

/**
 * Every endpoint, in the order of the reference. Factories only keep `deps` for later: the OpenAPI document is made from endpoints that have none.
 */
export function createEndpoints(deps: ApiDeps): readonly Endpoint[] {
  return [
    listThreads(deps),
    createThread(deps),
    getThread(deps),
    patchThread(deps),
    listAssistants(deps),
    createAssistant(deps),
    getAssistant(deps),
    patchAssistant(deps),
    deleteAssistant(deps),
    listVersions(deps),
    getLive(),
    getReady(deps),
    getOk(),
    getInfo(deps),
  ];
}

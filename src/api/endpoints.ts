import type { ApiDeps } from './api-deps.ts';
import { createAssistant } from './assistants/create-assistant.ts';
import { deleteAssistant } from './assistants/delete-assistant.ts';
import { getAssistant } from './assistants/get-assistant.ts';
import { listAssistants } from './assistants/list-assistants.ts';
import { listVersions } from './assistants/list-versions.ts';
import { patchAssistant } from './assistants/patch-assistant.ts';
import { createBatchEndpoints } from './batches/batches.ts';
import { createDocumentEndpoints } from './documents/document-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { createOperations } from './ops/operations.ts';
import { createKey } from './projects/create-key.ts';
import { createProject } from './projects/create-project.ts';
import { deleteProject } from './projects/delete-project.ts';
import { getProject } from './projects/get-project.ts';
import { listKeys } from './projects/list-keys.ts';
import { listProjects } from './projects/list-projects.ts';
import { patchProject } from './projects/patch-project.ts';
import { revokeKey } from './projects/revoke-key.ts';
import { cancelRun } from './runs/cancel-run.ts';
import { cancelThreadRuns } from './runs/cancel-thread-runs.ts';
import { createRun } from './runs/create-run.ts';
import { getRun } from './runs/get-run.ts';
import { joinRun } from './runs/join-run.ts';
import { joinRunStream } from './runs/join-run-stream.ts';
import { listRuns } from './runs/list-runs.ts';
import { listSteps } from './runs/list-steps.ts';
import { streamRun } from './runs/stream-run.ts';
import { submitToolOutputs } from './runs/submit-tool-outputs.ts';
import { waitRun } from './runs/wait-run.ts';
import { createScheduleEndpoints } from './schedules/schedule-endpoints.ts';
import { createSession } from './session/create-session.ts';
import { deleteSession } from './session/delete-session.ts';
import { getSession } from './session/get-session.ts';
import { getInfo } from './system/get-info.ts';
import { getLive } from './system/get-live.ts';
import { getOk } from './system/get-ok.ts';
import { getReady } from './system/get-ready.ts';
import { copyThread } from './threads/copy-thread.ts';
import { createThread } from './threads/create-thread.ts';
import { deleteThread } from './threads/delete-thread.ts';
import { getHistory } from './threads/get-history.ts';
import { getState } from './threads/get-state.ts';
import { getThread } from './threads/get-thread.ts';
import { listMessages } from './threads/list-messages.ts';
import { listThreads } from './threads/list-threads.ts';
import { patchThread } from './threads/patch-thread.ts';
import { updateState } from './threads/update-state.ts';
import { getUsage } from './usage/get-usage.ts';
import { createWebhookEndpoints } from './webhooks/webhook-endpoints.ts';

/**
 * Every endpoint, in the order of the reference. Factories only keep `deps` for later: the OpenAPI document is made from endpoints that have none.
 */
export function createEndpoints(deps: ApiDeps): readonly Endpoint[] {
  return [
    listThreads(deps),
    createThread(deps),
    getThread(deps),
    patchThread(deps),
    deleteThread(deps),
    copyThread(deps),
    getState(deps),
    updateState(deps),
    ...getHistory(deps),
    listMessages(deps),
    ...createRun(deps),
    ...streamRun(deps),
    ...waitRun(deps),
    ...listRuns(deps),
    cancelThreadRuns(deps),
    ...getRun(deps),
    ...listSteps(deps),
    ...joinRun(deps),
    ...joinRunStream(deps),
    ...cancelRun(deps),
    ...submitToolOutputs(deps),
    ...createBatchEndpoints(deps),
    listAssistants(deps),
    createAssistant(deps),
    getAssistant(deps),
    patchAssistant(deps),
    deleteAssistant(deps),
    listVersions(deps),
    ...createScheduleEndpoints(deps),
    ...createDocumentEndpoints(deps),
    ...createWebhookEndpoints(deps),
    listProjects(deps),
    createProject(deps),
    getProject(deps),
    patchProject(deps),
    deleteProject(deps),
    listKeys(deps),
    createKey(deps),
    revokeKey(deps),
    getSession(),
    createSession(deps),
    deleteSession(deps),
    ...createOperations(deps),
    getUsage(deps),
    getLive(),
    getReady(deps),
    getOk(),
    getInfo(deps),
  ];
}

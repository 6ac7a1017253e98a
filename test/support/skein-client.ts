import type { Assistant } from '../../src/shared/domain/assistant.ts';
import type { ThreadState } from '../../src/shared/domain/checkpoint.ts';
import type { Message } from '../../src/shared/domain/message.ts';
import type { FinishedRun, Run, RunStep } from '../../src/shared/domain/run.ts';
import { isTerminal, type RunStatus } from '../../src/shared/domain/run-status.ts';
import type { Thread } from '../../src/shared/domain/thread.ts';
import { openStream, type RunStream } from './skein-stream.ts';
import { waitFor } from './wait-for.ts';

type Headers = Readonly<Record<string, string>>;

/** An answer of the API. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly body: T;
}

/** The API as a client has it. Everything but `send` throws when the answer is no 2xx. */
export interface SkeinClient {
  send<T>(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer<T>>;
  createAssistant(fields?: object): Promise<Assistant>;
  /** Of the given assistant, or of a plain one. */
  createThread(assistantId?: string): Promise<Thread>;
  createRun(body: object, headers?: Headers): Promise<Run>;
  /** `POST /runs/wait`. */
  run(body: object): Promise<FinishedRun>;
  stream(body: object, headers?: Headers): Promise<RunStream>;
  rejoin(runId: string, cursor?: { readonly lastEventId?: string; readonly after?: string }): Promise<RunStream>;
  getRun(runId: string): Promise<Run>;
  steps(runId: string): Promise<RunStep[]>;
  /** Waits until the run stands so; without a status, until it has ended. */
  waitForRun(runId: string, status?: RunStatus): Promise<Run>;
  cancel(runId: string, query?: string): Promise<Run>;
  thread(threadId: string): Promise<Thread>;
  state(threadId: string, checkpointId?: string): Promise<ThreadState>;
  history(threadId: string, query?: string): Promise<ThreadState[]>;
  /** All messages, out of the state. */
  messages(threadId: string): Promise<Message[]>;
}

export function createClient(baseUrl: () => string): SkeinClient {
  const send: SkeinClient['send'] = async <T>(method: string, path: string, body?: unknown, headers?: Headers) => {
    const response = await fetch(`${baseUrl()}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as T,
    };
  };
  async function ok<T>(method: string, path: string, body?: unknown, headers?: Headers): Promise<T> {
    const answer = await send<T>(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  let plain: Promise<Assistant> | null = null;
  const createAssistant: SkeinClient['createAssistant'] = (fields = {}) =>
    ok('POST', '/assistants', { name: 'Test', ...fields });
  const getRun: SkeinClient['getRun'] = (runId) => ok('GET', `/runs/${runId}`);
  const state: SkeinClient['state'] = (threadId, checkpointId) =>
    ok('GET', `/threads/${threadId}/state${checkpointId ? `?checkpoint_id=${checkpointId}` : ''}`);

  return {
    send,
    createAssistant,
    async createThread(assistantId) {
      plain ??= assistantId === undefined ? createAssistant() : null;
      const id = assistantId ?? (await plain)?.assistant_id;
      return ok('POST', '/threads', { name: 'Test', assistant_id: id });
    },
    createRun: (body, headers) => ok('POST', '/runs', body, headers),
    run: (body) => ok('POST', '/runs/wait', body),
    stream: (body, headers = {}) => openStream(`${baseUrl()}/runs/stream`, { method: 'POST', body, headers }),
    rejoin: (runId, { lastEventId, after } = {}) =>
      openStream(`${baseUrl()}/runs/${runId}/stream${after === undefined ? '' : `?after=${after}`}`, {
        headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      }),
    getRun,
    steps: (runId) => ok('GET', `/runs/${runId}/steps`),
    async waitForRun(runId, status) {
      let last: Run | null = null;
      try {
        return await waitFor(
          async () => {
            last = await getRun(runId);
            return (status === undefined ? isTerminal(last.status) : last.status === status) && last;
          },
          { what: `run is ${status ?? 'over'}`, timeoutMs: 10_000 },
        );
      } catch (cause) {
        throw new Error(`run ${runId} is not ${status ?? 'over'}: ${JSON.stringify(last)}`, { cause });
      }
    },
    cancel: (runId, query = '') => ok('POST', `/runs/${runId}/cancel${query}`),
    thread: (threadId) => ok('GET', `/threads/${threadId}`),
    state,
    history: (threadId, query = '') => ok('GET', `/threads/${threadId}/history${query}`),
    messages: async (threadId) => (await state(threadId)).values.messages,
  };
}

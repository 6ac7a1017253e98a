import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/shared/errors/error-catalogue.ts';
import type { RawAnswer } from '../../support/raw-http.ts';
import type { SkeinOptions } from '../../support/skein.ts';
import { type AuthSkein, useAuthSkein, withKey } from '../auth/auth-support.ts';
import { expectProblem } from '../test-api.ts';

export interface RawRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as these bytes; an object as JSON. */
  readonly body?: string | Buffer | object;
}

/** Gives up after so long, and does not read event streams. */
interface Impatient {
  readonly patienceMs: number;
}

/** What a project has, by the names of path parameters, and a key that opens it. */
export interface Populated extends Readonly<Record<string, string>> {
  readonly key: string;
  readonly project_id: string;
  readonly assistant_id: string;
  readonly thread_id: string;
  readonly run_id: string;
}

/** A whole server that asks for keys, for requests that nobody means well with. */
export interface HostileSkein extends AuthSkein {
  /** Sends the path as it is written. null: there was no answer in time. */
  raw(path: string, request: RawRequest & Impatient): Promise<RawAnswer | null>;
  raw(path: string, request?: RawRequest): Promise<RawAnswer>;
  /** A new project with one of everything. @param path how its run is started */
  populate(path?: '/runs' | '/runs/wait'): Promise<Populated>;
  /** Changes when anything that is stored changes, but for heartbeats and for when keys were used. */
  digest(): Promise<string>;
}

const UNSTABLE = new Set(['workers', 'sessions']);

/** Limits of rates are left to their own tests. */
export function useHostileSkein({ env, ...options }: SkeinOptions = {}): HostileSkein {
  const quiet = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_PROJECT: '0', KEY_GUESSES_PER_MINUTE: '0' };
  const skein = useAuthSkein({ ...options, env: { ...quiet, ...env } });

  async function answerTo(request: ClientRequest, streams: boolean): Promise<RawAnswer> {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    // A server that has answered need not read the rest of what is sent.
    request.on('error', () => undefined);
    const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
    const chunks: Buffer[] = isStream && !streams ? [] : await response.toArray();
    return {
      status: response.statusCode ?? 0,
      headers: response.headers as Record<string, string>,
      text: Buffer.concat(chunks).toString(),
    };
  }

  async function raw(path: string, options: RawRequest & Partial<Impatient> = {}): Promise<RawAnswer | null> {
    const { method = 'GET', headers = {}, body, patienceMs } = options;
    const { hostname, port } = new URL(skein.url);
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
    const bytes = isJson ? JSON.stringify(body) : (body ?? '');
    const request = httpRequest({
      ...{ hostname, port, path, method, agent: false },
      headers: {
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...(bytes.length > 0 ? { 'content-length': Buffer.byteLength(bytes) } : {}),
        ...headers,
      },
    });
    request.end(bytes);
    if (patienceMs === undefined) return answerTo(request, true);
    const late = new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null).unref());
    const answer = answerTo(request, false);
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, late]);
    } finally {
      request.destroy();
    }
  }

  const populate: HostileSkein['populate'] = async (path = '/runs') => {
    const { project_id } = await skein.createProject();
    const { key, key_id } = await skein.createKey(project_id, ['runs', 'ops']);
    const post = async (at: string, body: object) =>
      (await skein.send<Record<string, string>>('POST', at, body, withKey(key))).body;
    const { assistant_id = '' } = await post('/assistants', { name: 'A' });
    const { thread_id = '' } = await post('/threads', { name: 'T', assistant_id });
    const { run_id = '' } = await post(path, { thread_id, input: 'hello' });
    return { project_id, key, key_id, assistant_id, thread_id, run_id, lane: 'batch' };
  };

  async function digest(): Promise<string> {
    const { db } = skein.models.threads;
    const names = (await db.listCollections()).map(({ name }) => name).filter((name) => !UNSTABLE.has(name));
    const hash = createHash('sha256');
    for (const name of names.toSorted()) {
      const documents = await db.collection(name).find({}).sort({ _id: 1 }).toArray();
      hash.update(`${name} ${JSON.stringify(documents.map(({ last_used_at: _, ...rest }) => rest))}`);
    }
    return hash.digest('hex');
  }
  return Object.assign(skein, { raw: raw as HostileSkein['raw'], populate, digest });
}

/** One row of the catalogue of hostile requests. */
export interface Row {
  /** Its number there, and what is sent. */
  readonly row: string;
  readonly status: number;
  /** null: no problem document. */
  readonly code: ErrorCode | null;
  /** A code inside `errors`. */
  readonly field?: string;
  /** What the catalogue says where our documented answer says the same thing by another name, or for a reason something else. */
  readonly catalogue?: string;
  send(): Promise<RawAnswer>;
  also?(answer: RawAnswer): unknown;
}

/** A test for each row: the answer is as the row says, and a request that was refused has changed nothing. */
export function testRows(skein: HostileSkein, rows: readonly Row[]): void {
  const titled = rows.map((row) => [`${row.row}: ${row.status} ${row.field ?? row.code ?? ''}`, row] as const);
  it.each(titled)('%s', async (_title, row) => {
    const before = await skein.digest();
    const answer = await row.send();
    expect(answer.status, answer.text).toBe(row.status);
    if (row.code !== null) {
      const problem = expectProblem(answer, row.code);
      if (row.field !== undefined) expect(problem.errors).toContainEqual(expect.objectContaining({ code: row.field }));
    }
    if (row.status >= 400) expect(await skein.digest()).toBe(before);
    await row.also?.(answer);
  });
}

import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { AppError } from '../shared/errors/app-error.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../shared/errors/error-catalogue.ts';
import { SESSION_COOKIE } from './auth/session-cookie.ts';
import type { Contract, Endpoint, ResponseSpec } from './endpoint.ts';
import { PROBLEM_TYPE, problemSchema, toProblem } from './problem.ts';
import { TAGS } from './tags.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** The lists behind the names of the schemes are what the key must be allowed to do. */
const KEYS =
  'A key of a project, or the admin key. Operations name what they need: a scope of the key (`read`, `runs`, which may read too, or `ops`), or `admin`. The admin key may do all of it, in the ' +
  'project that `X-Project-Id` names or the default one. A server with `AUTH_MODE=none` asks for no key.';

const EXAMPLE_REQUEST_ID = '0190a3b4-0000-7000-8000-00000000000a';

/** The OpenAPI 3.1 document of a list of endpoints. Reads contracts only, so it needs no connection. */
export function createOpenApiDocument(endpoints: readonly Endpoint[], version: string): OpenApiDocument {
  const contracts = endpoints.map((endpoint) => endpoint.contract).filter((contract) => !contract.undocumented);
  const problems = createProblems();
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const contract of contracts) {
    paths[contract.path] = { ...paths[contract.path], [contract.method]: toOperation(contract, problems(contract)) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Skein',
      version,
      summary: 'Threads and runs for language models',
      description:
        'JSON in snake_case, UUIDs, RFC 3339 times in UTC. Errors are problem documents (RFC 9457). Lists are bare arrays; the next page is in the `Link` header.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    components: {
      securitySchemes: {
        ApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: KEYS },
        Session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'What `POST /session` sets.' },
        Bearer: { type: 'http', scheme: 'bearer', description: 'The same key as `Authorization: Bearer`.' },
      },
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
  });
}

function toOperation(contract: Contract, problems: ProblemResponses): ZodOpenApiOperationObject {
  const { params, query, body, streamedBody, requestHeaders = {} } = contract;
  const example = body?.meta()?.example;
  return {
    operationId: operationId(contract),
    tags: [contract.tag],
    summary: contract.summary,
    description: contract.description,
    security: securityOf(contract),
    requestParams: { ...(params ? { path: params } : {}), ...(query ? { query } : {}) },
    parameters: Object.entries(requestHeaders).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: body, example } },
          },
        }
      : {}),
    ...(streamedBody ? { requestBody: { required: true, content: toContent(streamedBody) } } : {}),
    responses: { ...answers(contract), ...problems },
  };
}

const toContent = (streamed: NonNullable<Contract['streamedBody']>) =>
  Object.fromEntries(
    Object.entries(streamed).map(([type, { schema, example }]) => [
      type,
      { schema: schema ?? { type: 'string' as const }, example },
    ]),
  );

function securityOf({ access }: Contract): Record<string, string[]>[] {
  if (access === 'public') return [];
  const needs = access === 'any' ? [] : [access];
  return [{ ApiKey: needs }, { Bearer: needs }, { Session: needs }];
}

/** Such as `getThreadsByThreadId`: a name for generated clients, stable and unique because method and path are. */
function operationId({ method, path }: Contract): string {
  const words = path.replaceAll('{', 'by_').split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function answers(contract: Contract): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Object.entries(contract.responses).map(([status, spec]) => [status, toAnswer(spec)] as const);
  return Object.fromEntries(byStatus);
}

function toAnswer({ description, schema, contentType = 'application/json', headers = {}, example }: ResponseSpec) {
  const described = Object.entries(headers).map(
    ([name, text]) => [name, { description: text, schema: { type: 'string' as const } }] as const,
  );
  const media = { schema: schema ?? { type: 'string' as const }, ...(example === undefined ? {} : { example }) };
  const hasBody = schema !== undefined || contentType !== 'application/json';
  return {
    description,
    ...(described.length > 0 ? { headers: Object.fromEntries(described) } : {}),
    ...(hasBody ? { content: { [contentType]: media } } : {}),
  };
}

/** The codes an endpoint can answer: its own, and those of the parts of the frame it uses. */
export function problemCodes(contract: Contract): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>(contract.problems);
  const add = (...more: ErrorCode[]) => {
    for (const code of more) codes.add(code);
  };
  if (contract.params) add('not_found');
  const takesBody = contract.body !== undefined || contract.streamedBody !== undefined;
  if (contract.query || takesBody) add('validation_failed');
  if (takesBody)
    add(
      'malformed_json',
      'malformed_body',
      'bad_request',
      'payload_too_large',
      'unsupported_media_type',
      'too_deep',
      'too_many_keys',
    );
  if (contract.access !== 'public')
    add('missing_credentials', 'invalid_credentials', 'insufficient_scope', 'rate_limited', 'database_unavailable');
  if (contract.access === 'admin') add('keys_disabled');
  add('not_acceptable', 'internal_error');
  return [...codes];
}

type ProblemResponses = Record<string, ZodOpenApiResponseObject>;

/** The same set of codes is one component, however many operations answer it. */
function createProblems(): (contract: Contract) => ProblemResponses {
  const components = new Map<string, ZodOpenApiResponseObject>();
  return (contract) => {
    const byStatus = Map.groupBy(problemCodes(contract), (code) => ERROR_CATALOGUE[code].status);
    const answers: ProblemResponses = {};
    for (const [status, codes] of byStatus) {
      // An answer of the endpoint's own with the same status (503 of the readiness check) stands.
      if (status in contract.responses) continue;
      const id = codes.join('.');
      const component = components.get(id) ?? toProblemAnswer(id, codes);
      components.set(id, component);
      answers[status] = component;
    }
    return answers;
  };
}

function toProblemAnswer(id: string, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const examples = codes.map((code) => [code, { value: toProblem(new AppError(code), EXAMPLE_REQUEST_ID) }] as const);
  const description = codes.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`).join('\n');
  return {
    id,
    description,
    content: { [PROBLEM_TYPE]: { schema: problemSchema, examples: Object.fromEntries(examples) } },
  };
}

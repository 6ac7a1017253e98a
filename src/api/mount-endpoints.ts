import type { Express, Request, Response } from 'express';
import { AppError } from '../shared/errors/app-error.ts';
import type { Contract, Endpoint, EndpointResult } from './endpoint.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { Authenticate, Principal } from './middleware/authenticate.ts';
import { requestIdOf } from './middleware/request-id.ts';
import { addLogFields } from './middleware/request-logger.ts';

const JSON_TYPE = 'application/json';
const NOBODY: Principal = { projectId: '', keyId: null, scopes: [] };

interface MountOptions {
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly bodyLimitBytes: number;
}

/** Puts every endpoint on the app, with HEAD, OPTIONS and 405 for each path. */
export function mountEndpoints(app: Express, endpoints: readonly Endpoint[], options: MountOptions): void {
  const byPath = Map.groupBy(endpoints, (endpoint) => endpoint.contract.path);
  for (const path of [...byPath.keys()].sort(bySpecificity)) {
    const route = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const here = byPath.get(path) ?? [];
    for (const endpoint of here) route[endpoint.contract.method]((req, res) => serve(endpoint, options, req, res));
    const allow = allowed(here.map((endpoint) => endpoint.contract));
    route.options((_req, res) => void res.status(204).set('Allow', allow).end());
    route.all((req, res) => {
      res.setHeader('Allow', allow);
      throw new AppError('method_not_allowed', { detail: `${req.method} is not possible here; ${allow} are.` });
    });
  }
}

/** Fixed names before parameters, so that `/runs/stream` is not taken for a run with the id `stream`. */
function bySpecificity(a: string, b: string): number {
  const key = (path: string) => path.replaceAll('{', '\uffff');
  return key(a) < key(b) ? -1 : 1;
}

function allowed(contracts: readonly Contract[]): string {
  const methods = contracts.map((contract) => contract.method.toUpperCase());
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

async function serve(
  endpoint: Endpoint,
  { authenticate, rateLimits, bodyLimitBytes }: MountOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const { contract } = endpoint;
  checkAccept(contract, req);
  const caller = contract.access === 'public' ? NOBODY : await authenticate(req, res, contract.access);
  const { projectId, keyId } = caller;
  addLogFields(res, {
    ...(projectId === '' ? {} : { project_id: projectId }),
    ...(keyId === null ? {} : { key_id: keyId }),
    ...shortParams(req.params),
  });
  if (contract.access !== 'public') rateLimits.admit(caller, res);
  const result = await endpoint.handle({ req, res, caller, requestId: requestIdOf(res), bodyLimitBytes });
  if (result) send(contract, res, result);
}

/** Path parameters are the client's own text, so they are cut before they are logged. */
function shortParams(params: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value).slice(0, 64)]));
}

function checkAccept(contract: Contract, req: Request): void {
  const { accept } = req.headers;
  if (accept === undefined || accept.includes('*/*')) return;
  const types = Object.entries(contract.responses)
    .filter(([status, spec]) => Number(status) < 300 && (spec.schema || spec.contentType))
    .map(([, spec]) => spec.contentType ?? JSON_TYPE);
  if (types.length > 0 && !req.accepts(types))
    throw new AppError('not_acceptable', { detail: `This answers ${[...new Set(types)].join(' or ')}.` });
}

function send(contract: Contract, res: Response, { status, headers, body }: EndpointResult): void {
  res.status(status).setHeader('Cache-Control', 'no-store');
  if (headers) res.set(headers);
  if (body === undefined) {
    res.end();
    return;
  }
  const type = contract.responses[status]?.contentType ?? JSON_TYPE;
  const text = type === JSON_TYPE ? JSON.stringify(body) : String(body);
  res.setHeader('Content-Type', type.startsWith('text/') ? `${type}; charset=utf-8` : type);
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}

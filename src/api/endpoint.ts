import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../shared/errors/error-catalogue.ts';
import { readJsonBody } from './body/read-json-body.ts';
import type { Access, Principal } from './middleware/authenticate.ts';
import type { Tag } from './tags.ts';
import { parseBody, parseParams, parseQuery } from './validate.ts';

/** One answer an endpoint can give. `example` is checked against `schema` by a test. */
export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Name of a header → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}

/** Answers by status. */
export type Responses = Readonly<Record<number, ResponseSpec>>;

/** What an endpoint is to the outside: enough for the router and for the OpenAPI document. */
export interface Contract {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form, such as `/threads/{thread_id}`, without a slash at the end. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** A value that does not fit is 404: an id that cannot exist is like one that does not. */
  readonly params?: z.ZodObject;
  /** Texts from the query string; strict. Absent: the endpoint takes no parameter. */
  readonly query?: z.ZodObject;
  /** JSON; strict. Absent: a body is not read. An absent body is validated as `{}`. Its example is the schema's `.meta({ example })`. */
  readonly body?: z.ZodType;
  /** A body that the handler reads itself, piece by piece: content type → what the reference shows. Not with `body`. */
  readonly streamedBody?: Readonly<Record<string, { readonly schema?: z.ZodType; readonly example: unknown }>>;
  /** Request headers the endpoint looks at: name → what it does. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly responses: Responses;
  /** Problems that are this endpoint's own; those that every endpoint can give are added by the document. */
  readonly problems?: readonly ErrorCode[];
  /** What a caller needs. */
  readonly access: Access | 'public';
  /** Left out of the OpenAPI document: not part of the API. */
  readonly undocumented?: boolean;
}

interface EndpointContext<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly projectId: string;
  readonly caller: Principal;
  readonly requestId: string;
  readonly req: Request;
  readonly res: Response;
  /** Aborted when the client is gone before the answer is complete. Made on first use. */
  readonly signal: AbortSignal;
}

/** A value that is only written out, so frozen ones and literals fit too. */
type Sent<T> = T extends readonly (infer I)[]
  ? readonly Sent<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Sent<T[K]> }
    : T;

/** What a handler returns: one of the statuses of its contract, with the body of that status. */
export type ResultOf<R extends Responses> = {
  [S in keyof R & number]: {
    readonly status: S;
    readonly headers?: Readonly<Record<string, string>>;
  } & (R[S] extends { schema: infer Z extends z.ZodType }
    ? { readonly body: Sent<z.output<Z>> }
    : { readonly body?: never });
}[keyof R & number];

/** A result with its type forgotten, as the router sends it. */
export interface EndpointResult {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the router knows when it calls an endpoint. */
interface RequestFrame {
  readonly req: Request;
  readonly res: Response;
  readonly caller: Principal;
  readonly requestId: string;
  readonly bodyLimitBytes: number;
}

export interface Endpoint {
  readonly contract: Contract;
  /** Validates, then handles. Undefined: the handler wrote (or is writing) the answer itself. @throws AppError */
  handle(frame: RequestFrame): Promise<EndpointResult | undefined>;
}

interface Definition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends Responses, H>
  extends Contract {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly responses: R;
  /** Returns a result, or undefined when it writes to `res` itself (streams). */
  readonly handler: (context: EndpointContext<z.output<P>, z.output<Q>, z.output<B>>) => Promise<H>;
}

const nothing = z.strictObject({});

/**
 * One contract gives the validation, the types of the handler and the OpenAPI operation. Order of refusals: path (404), query (422), body (415, 413,
 * 400, 422); the handler runs only when all of them are right.
 */
export function defineEndpoint<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
  const R extends Responses = Responses,
  const H extends ResultOf<R> | undefined = ResultOf<R>,
>(definition: Definition<P, Q, B, R, H>): Endpoint {
  const { handler, ...contract } = definition;
  return {
    contract,
    async handle({ req, res, caller, requestId, bodyLimitBytes }) {
      const params = parseParams(definition.params ?? nothing, req.params) as z.output<P>;
      const query = parseQuery(definition.query ?? nothing, req.url) as z.output<Q>;
      const body = (
        definition.body ? parseBody(definition.body, await readJsonBody(req, bodyLimitBytes)) : undefined
      ) as z.output<B>;
      let controller: AbortController | undefined;
      const result = await handler({
        params,
        query,
        body,
        projectId: caller.projectId,
        caller,
        requestId,
        req,
        res,
        get signal() {
          controller ??= abortOnClose(res);
          return controller.signal;
        },
      });
      return result ?? undefined;
    },
  };
}

function abortOnClose(res: Response): AbortController {
  const controller = new AbortController();
  const onClose = () => {
    if (!res.writableFinished) controller.abort(new Error('the client has gone'));
  };
  if (res.destroyed) onClose();
  else res.once('close', onClose);
  return controller;
}

import type { RunWebhook } from '../domain/webhook.ts';
import { AppError } from '../errors/app-error.ts';
import type { RunDocument } from '../mongo/documents.ts';
import type { WebhookRepository } from '../mongo/webhook-repository.ts';
import type { Outbound } from '../outbound/create-outbound.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/**
 * Marks runs that somebody wants to hear of when they are accepted, so that their end needs no look at endpoints, and a run of which nobody wants to hear costs nothing then. Which projects have
 * endpoints is known for `TTL_MS`; runs that a process accepts in ignorance are marked by the sweep (see `sweep-webhooks.ts`).
 */
export interface RunHooks {
  /** Fields of the run's document. @throws AppError url_not_allowed */
  fieldsFor(projectId: string, named: RunWebhook | undefined): Promise<Pick<RunDocument, 'hooks' | 'webhook'>>;
  /** Endpoints of this process's callers changed. */
  forget(): void;
}

/** How long a process may not know of a project's first endpoint. */
export const TTL_MS = 10_000;

/** Where the secret that a run brings is sealed. */
export const namedSecretPlace = (projectId: string): string => `named webhook of ${projectId}`;

export function createRunHooks(deps: {
  webhooks: Pick<WebhookRepository, 'projects'>;
  outbound: Pick<Outbound, 'checkUrl'>;
  secrets: Pick<SecretBox, 'seal'>;
}): RunHooks {
  let known: { readonly at: number; readonly projects: Promise<Set<string>> } | null = null;

  async function hasEndpoints(projectId: string): Promise<boolean> {
    if (known === null || performance.now() - known.at > TTL_MS)
      known = { at: performance.now(), projects: deps.webhooks.projects() };
    try {
      return (await known.projects).has(projectId);
    } catch {
      // A mark that nobody asked for costs one look later; a missing one would cost the event.
      known = null;
      return true;
    }
  }

  return {
    async fieldsFor(projectId, named) {
      if (!named) return (await hasEndpoints(projectId)) ? { hooks: true } : {};
      checkUrl(deps.outbound, named.url, '/webhook/url');
      const secret = named.secret === undefined ? null : deps.secrets.seal(named.secret, namedSecretPlace(projectId));
      return { hooks: true, webhook: { url: named.url, secret } };
    },
    forget() {
      known = null;
    },
  };
}

/** @throws AppError url_not_allowed with the place of the URL in the body */
export function checkUrl(outbound: Pick<Outbound, 'checkUrl'>, url: string, pointer: string): void {
  try {
    outbound.checkUrl(url);
  } catch (error) {
    throw toUrlProblem(error, pointer);
  }
}

/** The refusal of a URL as a problem of the request; any other error as it is. */
export const toUrlProblem = (error: unknown, pointer: string): unknown =>
  error instanceof OutboundError
    ? new AppError('url_not_allowed', {
        detail: error.message,
        errors: [{ pointer, code: 'url_not_allowed', message: error.message }],
      })
    : error;

import type { ApiDeps } from './api-deps.ts';
import { withReference } from './docs/with-reference.ts';
import { createEndpoints } from './endpoints.ts';
import { createOpenApiDocument, type OpenApiDocument } from './openapi.ts';

/** The OpenAPI document of the whole API, without anything to connect to. */
export function describeApi(version: string): OpenApiDocument {
  // Contracts do not depend on deps, and no handler is called.
  const endpoints = createEndpoints({} as ApiDeps);
  return createOpenApiDocument(withReference(endpoints, version), version);
}

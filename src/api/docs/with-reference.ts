import type { Endpoint } from '../endpoint.ts';
import { createOpenApiDocument } from '../openapi.ts';
import { getErrorsPage } from './get-errors-page.ts';
import { getOpenApi } from './get-openapi.ts';
import { getReferenceAsset } from './get-reference-asset.ts';
import { getReferencePage } from './get-reference-page.ts';

/** The endpoints and those that describe them, themselves included. The document is made once, here. */
export function withReference(endpoints: readonly Endpoint[], version: string): readonly Endpoint[] {
  const all: readonly Endpoint[] = [
    ...endpoints,
    getOpenApi(() => document),
    getReferencePage(),
    getErrorsPage(),
    getReferenceAsset(),
  ];
  const document = createOpenApiDocument(all, version);
  return all;
}

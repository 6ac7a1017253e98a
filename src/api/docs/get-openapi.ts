import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import type { OpenApiDocument } from '../openapi.ts';

export const getOpenApi = (document: () => OpenApiDocument) =>
  defineEndpoint({
    method: 'get',
    path: '/openapi.json',
    tag: 'System',
    summary: 'Get this document',
    description: 'The OpenAPI 3.1 description of the API, for clients that are generated.',
    access: 'public',
    responses: {
      200: {
        description: 'An OpenAPI 3.1 document.',
        schema: z.looseObject({ openapi: z.string() }),
        example: { openapi: '3.1.0', info: { title: 'Skein', version: '0.1.0' }, paths: {} },
      },
    },
    handler: async () => ({ status: 200, body: { ...document() } }),
  });

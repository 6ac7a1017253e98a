import { defineEndpoint } from '../endpoint.ts';
import { callerSchema, exampleCaller, toCaller } from './session-schema.ts';

export const getSession = () =>
  defineEndpoint({
    method: 'get',
    path: '/session',
    tag: 'Sessions',
    access: 'any',
    summary: 'See who you are',
    description: 'What the key or the session of this request may do, and where.',
    responses: { 200: { description: 'The caller.', schema: callerSchema, example: exampleCaller } },
    handler: async ({ caller }) => ({ status: 200, body: toCaller(caller) }),
  });

import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from '../values/codec.ts';
import type { Command } from './command.ts';
import { MAX_WRITE_BATCH } from './write-batch.ts';

/**
 * `hello` of a standalone MongoDB 7.0: without a set name the driver neither retries writes nor starts transactions,
 * without a topology version it polls.
 */
export const hello: Command = {
  // The handshake must stay open to fields of newer drivers; MongoDB ignores those as well.
  fields: 'any',
  run: (_, { now }) => ({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: MAX_WRITE_BATCH,
    localTime: now,
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ok: 1,
  }),
};

export const ping: Command = { fields: ['ping'], run: () => ({ ok: 1 }) };

/** Sessions are only names here: nothing is kept for them. */
export const endSessions: Command = { fields: ['endSessions'], run: () => ({ ok: 1 }) };

export const buildInfo: Command = {
  fields: ['buildInfo', 'buildinfo'],
  run: () => ({
    version: '7.0.0',
    versionArray: [7, 0, 0, 0],
    gitVersion: 'skein-embedded-store',
    modules: [],
    bits: 64,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    ok: 1,
  }),
};

import type { Redis } from 'ioredis';
import type { Config } from '../../shared/config/load-config.ts';
import type { Services } from '../../shared/lifecycle/open-services.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { createDocumentWork } from '../../shared/mongo/document-work.ts';
import { createDocumentConsumer } from '../../shared/queue/document-queue.ts';
import { createDocumentHandler } from './document-handler.ts';
import { createEmbedDocument } from './embed-document.ts';
import { createDocumentSweep } from './sweep-documents.ts';
import { createTidy } from './tidy-document.ts';

export interface RunningDocuments {
  /** Parts of the sweep. */
  readonly sweep: Readonly<Record<'sweepDocuments', () => Promise<void>>>;
  /** Gives back what is being read, and ends. */
  stop(): Promise<void>;
}

/** The worker's part of documents: it reads them beside the runs, in slots of their own. @param deps.redis role `worker` */
export function startDocuments(deps: {
  services: Pick<Services, 'models' | 'keys' | 'documents'>;
  redis: Redis;
  config: Pick<Config, 'DOCUMENT_SLOTS' | 'DOCUMENT_TIMEOUT_MS' | 'DOCUMENT_MEMORY_MB'>;
  logger: Logger;
}): RunningDocuments {
  const { services, redis, config, logger } = deps;
  const { models, keys, documents } = services;
  const stopped = new AbortController();
  const work = createDocumentWork(models);
  const { chunks, embedder } = documents;
  const embed = embedder && createEmbedDocument({ embedder, work, chunks });
  const tidy = createTidy({ work, chunks, embed, logger, stopped: stopped.signal });
  if (embedder)
    work
      .embedAgain(embedder.model)
      .catch((err) => logger.warn({ err }, 'documents keep the vectors of another model until the next start'));
  const handle = createDocumentHandler({
    work,
    tidy,
    services: documents,
    limits: { timeoutMs: config.DOCUMENT_TIMEOUT_MS, memoryMb: config.DOCUMENT_MEMORY_MB },
    logger,
    stopped: stopped.signal,
  });
  const slots = config.DOCUMENT_SLOTS;
  const consumer =
    slots === 0
      ? null
      : createDocumentConsumer({
          redis,
          prefix: keys.queuePrefix,
          slots,
          handle,
          onError: (err) => logger.error({ err }, 'document consumer'),
        });
  return {
    sweep: { sweepDocuments: createDocumentSweep({ work, services: documents, tidy, embeds: embed !== null, logger }) },
    async stop() {
      stopped.abort(new Error('the worker stops'));
      await consumer?.close();
    },
  };
}

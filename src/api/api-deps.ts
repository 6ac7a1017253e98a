import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { Config } from '../shared/config/load-config.ts';
import type { DocumentServices } from '../shared/documents/document-services.ts';
import type { Once } from '../shared/idempotency/once.ts';
import type { QueueLimit } from '../shared/limits/queue-limit.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { AssistantRepository } from '../shared/mongo/assistant-repository.ts';
import type { BatchItems } from '../shared/mongo/batch-items.ts';
import type { BatchRepository } from '../shared/mongo/batch-repository.ts';
import type { BatchResults } from '../shared/mongo/batch-results.ts';
import type { CheckpointLog } from '../shared/mongo/checkpoint-log.ts';
import type { KeyRepository } from '../shared/mongo/key-repository.ts';
import type { ProjectRepository } from '../shared/mongo/project-repository.ts';
import type { RunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import type { RunRepository } from '../shared/mongo/run-repository.ts';
import type { ScheduleRepository } from '../shared/mongo/schedule-repository.ts';
import type { ThreadReader } from '../shared/mongo/thread-reader.ts';
import type { ThreadRepository } from '../shared/mongo/thread-repository.ts';
import type { ToolCallRepository } from '../shared/mongo/tool-call-repository.ts';
import type { WaitingRuns } from '../shared/mongo/waiting-runs.ts';
import type { AnyRun } from '../shared/ops/any-run.ts';
import type { LaneSwitch } from '../shared/ops/lane-switch.ts';
import type { QueueWatch } from '../shared/ops/queue-watch.ts';
import type { UnfinishedRuns } from '../shared/ops/unfinished-runs.ts';
import type { WorkerSwitch } from '../shared/ops/worker-switch.ts';
import type { Outbound } from '../shared/outbound/create-outbound.ts';
import type { ScheduleClock } from '../shared/queue/schedule-clock.ts';
import type { RunEventHub } from '../shared/run-events/run-event-hub.ts';
import type { Admission } from '../shared/scheduling/admission.ts';
import type { Dispatcher } from '../shared/scheduling/dispatcher.ts';
import type { ExplainWait } from '../shared/scheduling/explain-wait.ts';
import type { PauseBell } from '../shared/scheduling/pause-bell.ts';
import type { SecretBox } from '../shared/secrets/secret-box.ts';
import type { RunCanceller } from '../shared/threads/run-canceller.ts';
import type { ThreadRemover } from '../shared/threads/thread-remover.ts';
import type { Tracing } from '../shared/tracing/tracing.ts';
import type { UsageReader } from '../shared/usage/usage-reader.ts';
import type { WebhookServices } from '../shared/webhooks/webhook-services.ts';
import type { KeyHash } from './auth/key-hash.ts';
import type { Sessions } from './auth/sessions.ts';
import type { BatchStreams } from './batches/batch-streams.ts';
import type { GuessGuard } from './limits/guess-guard.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { Authenticate } from './middleware/authenticate.ts';
import type { QueueStreams } from './ops/queue-streams.ts';
import type { RunStreams } from './sse/run-streams.ts';
import type { Health } from './system/health.ts';

/**
 * Everything the API works with. `createApp` and the endpoint factories get it; only main.ts and tests make it. A factory takes
 * the parts it needs: `(deps: Pick<ApiDeps, 'threads'>) => defineEndpoint(…)`.
 */
export interface ApiDeps {
  readonly config: Config;
  readonly logger: Logger;
  /** Version of Skein, from package.json. */
  readonly version: string;
  readonly health: Health;
  readonly authenticate: Authenticate;
  readonly projects: ProjectRepository;
  readonly apiKeys: KeyRepository;
  readonly sessions: Sessions;
  readonly rateLimits: RateLimits;
  readonly guessGuard: GuessGuard;
  readonly queueLimit: QueueLimit;
  /** What is kept of an API key. */
  readonly keyHash: KeyHash;
  readonly threads: ThreadRepository;
  readonly assistants: AssistantRepository;
  readonly runs: RunRepository;
  readonly lifecycle: Pick<RunLifecycle, 'resume'>;
  readonly toolCalls: Pick<ToolCallRepository, 'deliver' | 'ofRequest'>;
  readonly batches: BatchRepository;
  readonly batchItems: BatchItems;
  readonly batchResults: BatchResults;
  readonly batchStreams: BatchStreams;
  /** Tells the workers that a batch has something to do. Never throws: they look by themselves, later. */
  readonly batchNudge: () => void;
  readonly log: CheckpointLog;
  readonly reader: ThreadReader;
  readonly waiting: Pick<WaitingRuns, 'countBefore'>;
  readonly pauseBell: PauseBell;
  readonly admission: Admission;
  readonly explainWait: ExplainWait;
  readonly dispatcher: Dispatcher;
  readonly canceller: RunCanceller;
  readonly remover: ThreadRemover;
  readonly outbound: Outbound;
  readonly secrets: SecretBox;
  readonly hooks: WebhookServices;
  readonly schedules: { readonly records: ScheduleRepository; readonly clock: ScheduleClock };
  readonly documents: DocumentServices;
  readonly once: Once;
  readonly hub: RunEventHub;
  readonly streams: RunStreams;
  readonly anyRun: AnyRun;
  readonly unfinishedRuns: UnfinishedRuns;
  readonly usage: UsageReader;
  readonly laneSwitch: LaneSwitch;
  readonly workerSwitch: WorkerSwitch;
  readonly queueWatch: QueueWatch;
  readonly queueStreams: QueueStreams;
  readonly tracing: Tracing;
  /** The metrics of this process. */
  readonly registry: Registry;
  /** The page under `/ops/board`. */
  readonly board: RequestHandler;
}

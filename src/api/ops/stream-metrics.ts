import { Counter, Gauge, type Registry } from 'prom-client';
import type { RunStreams } from '../sse/run-streams.ts';
import type { QueueStreams } from './queue-streams.ts';

/** What the streams of this process counted, read when somebody asks. */
export function registerStreamMetrics(
  registry: Registry,
  { streams, queueStreams }: { streams: Pick<RunStreams, 'stats'>; queueStreams: Pick<QueueStreams, 'size'> },
): void {
  const registers = [registry];
  new Gauge({
    name: 'skein_sse_clients',
    help: 'Open event streams, by what they show.',
    labelNames: ['stream'],
    registers,
    collect() {
      this.set({ stream: 'run' }, streams.stats().open);
      this.set({ stream: 'queues' }, queueStreams.size());
    },
  });
  const counter = (name: string, help: string, read: (stats: ReturnType<RunStreams['stats']>) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(streams.stats()));
      },
    });
  counter('skein_sse_sent_bytes_total', 'Bytes written to streams of runs.', ({ sentBytes }) => sentBytes);
  counter(
    'skein_sse_sent_events_total',
    'Events of runs sent to clients, once for each client.',
    ({ sentEvents }) => sentEvents,
  );
  counter(
    'skein_sse_cut_off_total',
    'Streams of runs destroyed because their client did not read.',
    ({ cutOff }) => cutOff,
  );
}

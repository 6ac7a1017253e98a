import { Presets, SingleBar } from 'cli-progress';
import type { Batch } from '../api/connection.ts';
import type { Output } from './output.ts';

/** Shows how a batch gets on: a bar where somebody looks, else a line now and then. */
export interface BatchProgress {
  show(batch: Batch): void;
  trouble(text: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;
const NONE: BatchProgress = { show: () => undefined, trouble: () => undefined, stop: () => undefined };

export const endedOf = ({ counts }: Batch): number =>
  counts.completed + counts.failed + counts.cancelled + counts.expired + counts.incomplete;

export function createBatchProgress(output: Output): BatchProgress {
  if (output.json) return NONE;
  return output.progress.isTTY ? createBar(output) : createLines(output);
}

function createBar(output: Output): BatchProgress {
  const bar = new SingleBar(
    {
      format:
        '{bar} {percentage}%  {value}/{total}  {running} running  {failed} failed  {eta_formatted} left {trouble}',
      stream: output.progress as NodeJS.WritableStream,
      hideCursor: true,
      etaBuffer: 100,
      fps: 5,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    show(batch) {
      const { counts } = batch;
      const payload = {
        running: counts.in_progress,
        failed: counts.failed + counts.expired + counts.incomplete,
        trouble: '',
      };
      if (!started) bar.start(counts.total, endedOf(batch), payload);
      started = true;
      // It grows while the batch is uploading.
      bar.setTotal(counts.total);
      bar.update(endedOf(batch), payload);
    },
    trouble(text) {
      if (started) bar.update({ trouble: `(${text})` });
    },
    stop() {
      if (started) bar.stop();
    },
  };
}

function createLines(output: Output): BatchProgress {
  let next = 0;
  return {
    show(batch) {
      if (Date.now() < next && batch.finished_at === null) return;
      next = Date.now() + LINE_EVERY_MS;
      const { total, in_progress, failed } = batch.counts;
      output.note(`${endedOf(batch)} of ${total} ended, ${in_progress} running, ${failed} failed`);
    },
    trouble: (text) => output.note(text),
    stop: () => undefined,
  };
}

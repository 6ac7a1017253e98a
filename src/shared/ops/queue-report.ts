import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';
import { timeSchema } from '../domain/json.ts';
import { laneSchema } from '../domain/run.ts';

const count = z.int().min(0);
const duration = z.number().min(0).nullable();

/** How many projects are named. */
export const BACKLOGS = 20;
/** How long the window of the series is. */
export const WINDOW_MINUTES = 60;

export const laneLoadSchema = z
  .object({
    lane: laneSchema,
    queued: count.meta({ description: 'Accepted and waiting: for their turn on the thread, or for a worker.' }),
    dispatched: count
      .nullable()
      .meta({ description: 'Those of them that are on the queue, ready for a worker. Null while Redis is away.' }),
    waiting: count.meta({
      description:
        'Those of them that are at the head of their thread and wait for room in the share of the queue that their project has.',
    }),
    running: count,
    oldest_wait_ms: duration.meta({
      description: 'Since the oldest of the queued was accepted; null when none waits.',
    }),
    paused: z.boolean().meta({ description: 'Workers start no run of this lane.' }),
  })
  .meta({ id: 'LaneLoad' });
export type LaneLoad = z.infer<typeof laneLoadSchema>;

export const workerStateSchema = z
  .object({
    worker_id: z.string(),
    seen_at: timeSchema.meta({ description: 'Its last heartbeat.' }),
    started_at: timeSchema,
    alive: z.boolean().meta({ description: 'Seen lately; the runs of one that is not are given to others.' }),
    draining: z.boolean().meta({ description: 'It takes no further run, because an operator said so.' }),
    slots: z.object({ interactive: count, batch: count }).meta({ description: 'Runs at a time, by lane.' }),
    running: count.meta({ description: 'At its last heartbeat.' }),
  })
  .meta({ id: 'WorkerState' });
export type WorkerState = z.infer<typeof workerStateSchema>;

export const projectBacklogSchema = z
  .object({
    project_id: uuidSchema,
    name: z.string().nullable().meta({ description: 'Null when the project was deleted meanwhile.' }),
    lane: laneSchema,
    waiting: count.meta({ description: 'Runs that wait for room in the share of the queue that the project has.' }),
    paused: z.boolean(),
  })
  .meta({ id: 'ProjectBacklog' });
export type ProjectBacklog = z.infer<typeof projectBacklogSchema>;

export const minuteSchema = z
  .object({
    minute: timeSchema.meta({ description: 'Begin of the minute in which the runs ended.' }),
    lane: laneSchema,
    completed: count,
    failed: count,
    cancelled: count,
    other: count.meta({ description: '`expired` and `incomplete`.' }),
    ttft_p50_ms: duration.meta({ description: 'From the start at a worker to the first token of the model.' }),
    ttft_p95_ms: duration,
    wait_p50_ms: duration.meta({ description: 'From acceptance to the start at a worker.' }),
  })
  .meta({ id: 'QueueMinute' });
export type QueueMinute = z.infer<typeof minuteSchema>;

/** What an operator sees: how much waits and runs now, who works, and how the last hour went. */
export const queueReportSchema = z
  .object({
    lanes: z.array(laneLoadSchema),
    projects: z
      .array(projectBacklogSchema)
      .max(BACKLOGS)
      .meta({
        description: `The projects with the most waiting runs, at most ${BACKLOGS}; one whose runs all have room is left out.`,
      }),
    workers: z.array(workerStateSchema).meta({ description: 'Last seen first; those that died within a day too.' }),
    window: z.object({
      minutes: z.literal(WINDOW_MINUTES),
      series: z
        .array(minuteSchema)
        .meta({ description: 'Oldest first. A minute in which no run of the lane ended is left out.' }),
    }),
    generated_at: timeSchema,
  })
  .meta({ id: 'QueueReport' });
export type QueueReport = z.infer<typeof queueReportSchema>;

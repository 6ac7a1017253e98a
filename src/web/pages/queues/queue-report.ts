import type { components } from '../../api/schema.gen.d.ts';

type Schemas = components['schemas'];

export type QueueReport = Schemas['QueueReport'];
export type LaneLoad = Schemas['LaneLoad'];
export type Lane = LaneLoad['lane'];
export type WorkerState = Schemas['WorkerState'];
export type ProjectBacklog = Schemas['ProjectBacklog'];
export type QueueMinute = Schemas['QueueMinute'];

export const LANE_NAMES: Record<Lane, string> = { interactive: 'Interactive', batch: 'Batch' };

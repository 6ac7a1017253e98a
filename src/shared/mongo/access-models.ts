import { type Connection, type Model, Schema } from 'mongoose';
import type { KeyScope } from '../domain/api-key.ts';
import type { ProjectLimits } from '../domain/project.ts';
import { type Keyed, REMOVED_KEY_SECONDS } from './request-key.ts';

export interface ProjectDocument extends Omit<Keyed, 'removed_at'> {
  _id: string;
  name: string;
  limits?: Partial<ProjectLimits>;
  created_at: Date;
  updated_at: Date;
  /** Since when no further run of it starts. */
  paused_at?: Date;
  /** It is gone for everyone; what is left goes a day later and until then answers late repeats of the request that made it. */
  deleted_at?: Date;
  /** Deleted, and seen to hold nothing when no request could store anything in it any more. */
  emptied?: true;
}

export interface ApiKeyDocument extends Omit<Keyed, 'removed_at'> {
  _id: string;
  project_id: string;
  name: string;
  prefix: string;
  /** HMAC of the key; the key itself is nowhere. */
  hash: string;
  scopes: KeyScope[];
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

/** A sign-in of the web page; `_id` is the hash of its token. */
export interface SessionDocument {
  _id: string;
  key_hash: string;
  expires_at: Date;
}

/** Who may come in. */
export interface AccessModels {
  readonly projects: Model<ProjectDocument>;
  readonly apiKeys: Model<ApiKeyDocument>;
  readonly sessions: Model<SessionDocument>;
}

const text = { type: String, required: true } as const;
const time = { type: Date, required: true } as const;
const options = { versionKey: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;
const whereKeyed = { unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } } as const;

/** The collections of projects and keys, bound to one connection. */
export function createAccessModels(connection: Connection): AccessModels {
  const projects = new Schema(
    {
      _id: text,
      name: text,
      limits: { type: Schema.Types.Mixed, default: undefined },
      created_at: time,
      updated_at: time,
      paused_at: Date,
      deleted_at: Date,
      emptied: Boolean,
      idempotency_key: String,
      fingerprint: String,
    },
    { ...options, collection: 'projects' },
  )
    .index({ idempotency_key: 1 }, { name: 'idempotency', ...whereKeyed })
    .index({ deleted_at: 1 }, { name: 'deleted', expireAfterSeconds: REMOVED_KEY_SECONDS, sparse: true });
  const apiKeys = new Schema(
    {
      _id: text,
      project_id: text,
      name: text,
      prefix: text,
      hash: text,
      scopes: [String],
      created_at: time,
      last_used_at: Date,
      revoked_at: Date,
      idempotency_key: String,
      fingerprint: String,
    },
    { ...options, collection: 'api_keys' },
  )
    .index({ hash: 1 }, { name: 'hash', unique: true })
    .index({ project_id: 1, _id: -1 }, { name: 'list' })
    .index({ project_id: 1, idempotency_key: 1 }, { name: 'idempotency', ...whereKeyed });
  const sessions = new Schema(
    { _id: text, key_hash: text, expires_at: time },
    { ...options, collection: 'sessions' },
  ).index({ expires_at: 1 }, { name: 'over', expireAfterSeconds: 0 });
  return {
    projects: connection.model('projects', projects) as unknown as Model<ProjectDocument>,
    apiKeys: connection.model('api_keys', apiKeys) as unknown as Model<ApiKeyDocument>,
    sessions: connection.model('sessions', sessions) as unknown as Model<SessionDocument>,
  };
}

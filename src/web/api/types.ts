import type { components } from './schema.gen.d.ts';

type Schemas = components['schemas'];

export type Thread = Schemas['Thread'];
export type Message = Schemas['Message'];
export type Content = Message['content'];
export type ToolCall = NonNullable<Message['tool_calls']>[number];
export type Run = Schemas['Run'];
/** One run, with what it waits for. */
export type RunDetail = Schemas['RunDetail'];
export type WaitReason = NonNullable<RunDetail['waiting']>['reason'];
export type RunStatus = Run['status'];
export type RunStep = Schemas['RunStep'];
export type Assistant = Schemas['Assistant'];
export type ThreadState = Schemas['ThreadState'];
export type Usage = Schemas['Usage'];
export type Caller = Schemas['Caller'];
export type KeyScope = Caller['scopes'][number];
export type Batch = Schemas['Batch'];
export type Passage = Schemas['Passage'];
export type ApiKey = Schemas['ApiKey'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type Project = Schemas['Project'];

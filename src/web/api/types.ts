import type { components } from './schema.gen.d.ts';

type Schemas = components['schemas'];

export type Thread = Schemas['Thread'];
export type Message = Schemas['Message'];
export type Content = Message['content'];
export type ToolCall = NonNullable<Message['tool_calls']>[number];
export type Run = Schemas['Run'];
export type RunStatus = Run['status'];
export type RunStep = Schemas['RunStep'];
export type Assistant = Schemas['Assistant'];
export type ThreadState = Schemas['ThreadState'];
export type Usage = Schemas['Usage'];

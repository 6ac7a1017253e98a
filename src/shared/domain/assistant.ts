import { z } from 'zod';
import { contextPolicySchema } from './context-policy.ts';
import { uuidSchema } from './ids.ts';
import { metadataSchema, plainText, timeSchema } from './json.ts';
import { jsonSchemaSchema } from './json-schema.ts';
import { limitsSchema } from './limits.ts';
import { responseFormatSchema } from './response-format.ts';

const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -');

const builtinTool = z.strictObject({
  type: z.literal('builtin'),
  name: z.enum(['current_time', 'calculator', 'search_documents']),
});
const functionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: toolName,
    description: plainText(4096).optional(),
    parameters: jsonSchemaSchema.optional(),
  }),
});

/** A tool an assistant may call: one of ours (`builtin`), or one that the client executes (`function`). */
export const toolSchema = z
  .discriminatedUnion('type', [builtinTool, functionTool])
  .meta({ id: 'Tool', example: { type: 'builtin', name: 'calculator' } });
export type Tool = z.infer<typeof toolSchema>;

/** The name under which the model knows a tool. */
export const toolNameOf = (tool: Tool): string => (tool.type === 'builtin' ? tool.name : tool.function.name);

export const toolsSchema = z
  .array(toolSchema)
  .max(128)
  .refine((tools) => new Set(tools.map(toolNameOf)).size === tools.length, 'tool names must differ');

/** What a run is executed with. A run keeps the values of the moment it was accepted. */
export const behaviourFields = {
  model: plainText(256).min(1).meta({ description: 'Name of the model, as the provider knows it.' }),
  instructions: plainText(100_000).meta({ description: 'System message, sent before the thread.' }),
  tools: toolsSchema,
  temperature: z.number().min(0).max(2).nullable(),
  response_format: responseFormatSchema.nullable().meta({ description: 'Null is plain text.' }),
  context_policy: contextPolicySchema
    .nullable()
    .meta({ description: 'Null shows the newest `limits.max_context_messages` messages.' }),
  limits: limitsSchema,
};

const name = plainText(200).min(1);

export const assistantInputSchema = z
  .strictObject({
    name,
    model: behaviourFields.model
      .default('default')
      .meta({ description: '`default` is the model the server is configured with.' }),
    instructions: behaviourFields.instructions.default(''),
    tools: behaviourFields.tools.default([]),
    temperature: behaviourFields.temperature.default(null),
    response_format: behaviourFields.response_format.default(null),
    context_policy: behaviourFields.context_policy.default(null),
    limits: limitsSchema.partial().default({}),
    metadata: metadataSchema.default({}),
  })
  .meta({
    id: 'AssistantInput',
    example: {
      name: 'Helper',
      model: 'default',
      instructions: 'Be brief.',
      tools: [{ type: 'builtin', name: 'calculator' }],
    },
  });
export type AssistantInput = z.infer<typeof assistantInputSchema>;

export const assistantPatchSchema = z
  .strictObject({
    name,
    ...behaviourFields,
    limits: limitsSchema.partial(),
    metadata: metadataSchema,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'AssistantPatch', example: { instructions: 'Answer in French.' } });
export type AssistantPatch = z.infer<typeof assistantPatchSchema>;

export const assistantSchema = z
  .object({
    assistant_id: uuidSchema,
    project_id: uuidSchema,
    version: z.int().min(1),
    name,
    ...behaviourFields,
    metadata: metadataSchema,
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Assistant' });
export type Assistant = z.infer<typeof assistantSchema>;

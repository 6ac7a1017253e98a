import { z } from 'zod';
import type { Tool } from '../../shared/domain/assistant.ts';
import type { LlmRequest } from '../../shared/llm/llm.ts';
import type { BuiltinTool } from '../tools/tool.ts';

type LlmTool = NonNullable<LlmRequest['tools']>[number];

const NO_PARAMETERS = { type: 'object', properties: {} };

/** Tool definitions for the model. A built-in tool this worker does not know is left out (an older worker during an update). */
export function toLlmTools(tools: readonly Tool[], builtins: ReadonlyMap<string, BuiltinTool>): LlmTool[] {
  return tools.flatMap((tool): LlmTool[] => {
    if (tool.type === 'function') {
      const { name, description, parameters } = tool.function;
      return [{ name, ...(description === undefined ? {} : { description }), parameters: parameters ?? NO_PARAMETERS }];
    }
    const builtin = builtins.get(tool.name);
    if (!builtin) return [];
    const { $schema: _, ...parameters } = z.toJSONSchema(builtin.schema);
    return [{ name: builtin.name, description: builtin.description, parameters }];
  });
}

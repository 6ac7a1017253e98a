import { healMessages } from '../../shared/domain/heal-messages.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { LlmMessage } from '../../shared/llm/llm.ts';

/** The conversation as the model gets it: instructions first, then the healed messages. */
export function toLlmMessages(instructions: string, context: readonly Message[]): LlmMessage[] {
  const messages = healMessages(context).map(toLlmMessage);
  return instructions === '' ? messages : [{ role: 'system', content: instructions }, ...messages];
}

function toLlmMessage(message: Message): LlmMessage {
  return {
    role: message.role,
    content: typeof message.content === 'string' ? message.content : message.content.map(toPart),
    ...(message.name === undefined || message.role === 'tool' ? {} : { name: message.name }),
    ...(message.tool_call_id === undefined ? {} : { tool_call_id: message.tool_call_id }),
    ...(message.tool_calls?.length
      ? {
          tool_calls: message.tool_calls.map(({ id, name, arguments: args }) => ({
            id,
            name,
            arguments: JSON.stringify(args),
          })),
        }
      : {}),
  };
}

type Part = Exclude<Message['content'], string>[number];

const toPart = (part: Part) =>
  part.type === 'text'
    ? part
    : {
        type: part.type,
        image_url: {
          url: part.image_url.url,
          ...(part.image_url.detail === undefined ? {} : { detail: part.image_url.detail }),
        },
      };

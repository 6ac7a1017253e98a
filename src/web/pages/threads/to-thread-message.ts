import type { ThreadMessageLike } from '@assistant-ui/react';
import { textOf } from '../../conversation/text-of.ts';
import { callsOf, type Turn } from '../../conversation/to-turns.ts';

type Part = Exclude<ThreadMessageLike['content'], string>[number];

/** A turn as assistant-ui shows it. The turn itself goes along, for what assistant-ui has no field for. */
export function toThreadMessage(turn: Turn): ThreadMessageLike {
  const [first] = turn.messages;
  return {
    id: turn.id,
    role: turn.role,
    content: turn.role === 'assistant' ? answerParts(turn) : questionParts(turn),
    ...(first ? { createdAt: new Date(first.created_at) } : {}),
    metadata: { custom: { turn } },
  };
}

function answerParts(turn: Turn): Part[] {
  return turn.messages.flatMap((message): Part[] => {
    if (message.role === 'tool') return [];
    const text = textOf(message.content);
    const calls = callsOf(turn, message).map(
      ({ call, result, askedAt }): Part => ({
        type: 'tool-call',
        toolCallId: call.id,
        toolName: call.name,
        args: call.arguments as never,
        argsText: JSON.stringify(call.arguments, null, 2),
        artifact: { askedAt, result },
        ...(result ? { result: textOf(result.content), isError: result.status === 'error' } : {}),
      }),
    );
    return text === '' ? calls : [{ type: 'text', text }, ...calls];
  });
}

const questionParts = (turn: Turn): Part[] =>
  turn.messages.flatMap(({ content }): Part[] =>
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : content.map((part) =>
          part.type === 'text' ? { type: 'text', text: part.text } : { type: 'image', image: part.image_url.url },
        ),
  );

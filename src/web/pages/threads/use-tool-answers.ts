import { useCallback, useRef } from 'react';
import type { Conversation } from '../../conversation/create-conversation.ts';
import type { LiveRun } from '../../conversation/live-run.ts';

/** Collects the person's answers to the calls that wait, and sends them when the last one is there: the run takes them together. */
export function useToolAnswers(conversation: Conversation, live: LiveRun | null) {
  const answers = useRef(new Map<string, string>());
  const waiting = live?.requiredCalls;
  return useCallback(
    (toolCallId: string, output: string) => {
      answers.current.set(toolCallId, output);
      const outputs = (waiting ?? []).flatMap(({ id }) => {
        const given = answers.current.get(id);
        return given === undefined ? [] : [{ tool_call_id: id, output: given }];
      });
      if (outputs.length !== waiting?.length) return;
      answers.current.clear();
      conversation.answerCalls(outputs);
    },
    [conversation, waiting],
  );
}

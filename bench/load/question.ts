/** A user text that tells the fake model how many tokens to answer and how fast; `mark` makes it one of a kind. */
export const questionFor = (tokens: number, options: { delayMs?: number; mark?: string } = {}): string => {
  const answer = { tokens, ...(options.delayMs === undefined ? {} : { delay_ms: options.delayMs }) };
  return `${options.mark ?? 'bench'} [[fake: ${JSON.stringify(answer)}]]`;
};

/** What the fake model answers to it. */
export const answerOf = (tokens: number): string => Array.from({ length: tokens }, (_, i) => `w${i} `).join('');

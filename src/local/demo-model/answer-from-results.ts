/** A tool call of the conversation together with what came of it. */
export interface ToolResult {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  readonly content: string;
}

const MAX_QUOTE = 280;
/** Of the passage that fits best. */
const MAX_FIRST_QUOTE = 700;
const MAX_ITEMS = 3;

/** Says what the tools found. Nothing is added that is not in the results. */
export const answerFromResults = (results: readonly ToolResult[]): string => results.map(describe).join('\n\n');

const describe = (result: ToolResult): string => {
  const value = parse(result.content);
  const failure = failureOf(value, result.content);
  if (failure !== null) return `The tool \`${result.name}\` could not do it: ${cut(failure)}`;
  switch (result.name) {
    case 'calculator':
      return `${firstText(parse(result.arguments)) ?? 'The result'} = ${field(value, ['result', 'value', 'answer']) ?? cut(result.content)}`;
    case 'current_time':
      return `It is ${field(value, ['local', 'time', 'now', 'current_time', 'utc', 'iso', 'datetime']) ?? cut(result.content)}.`;
    case 'search_documents':
      return describeHits(value, result);
    case 'list_documents':
      return describeList(value, result.content);
    default:
      return `The tool \`${result.name}\` answered: ${cut(result.content)}`;
  }
};

const describeHits = (value: unknown, result: ToolResult): string => {
  const query = firstText(parse(result.arguments)) ?? 'that';
  const hits = itemsOf(value);
  if (hits === null) return `I searched the documents for “${query}” and found this: ${cut(result.content)}`;
  if (hits.length === 0) return `I searched the documents for “${query}” and found nothing.`;
  const lines = hits.slice(0, MAX_ITEMS).map((hit, index) => {
    const text = field(hit, ['text', 'content', 'excerpt', 'snippet', 'passage']) ?? JSON.stringify(hit);
    const quote = cut(withoutHeadings(text), index === 0 ? MAX_FIRST_QUOTE : MAX_QUOTE);
    const title = sourceOf(hit);
    return title === null ? `- ${quote}` : `- **${title}**: ${quote}`;
  });
  return `I searched the documents for “${query}”. This is what they say:\n\n${lines.join('\n')}`;
};

const describeList = (value: unknown, content: string): string => {
  const items = itemsOf(value);
  if (items === null) return `These are the documents: ${cut(content)}`;
  if (items.length === 0) return 'There are no documents yet.';
  const lines = items.map(
    (item) => `- ${titleOf(item) ?? cut(typeof item === 'string' ? item : JSON.stringify(item))}`,
  );
  return `There ${items.length === 1 ? 'is 1 document' : `are ${items.length} documents`}:\n\n${lines.join('\n')}`;
};

/** The document and the headings of a passage. */
const sourceOf = (hit: unknown): string | null => {
  const title = titleOf(hit);
  const heading = typeof hit === 'object' && hit !== null && 'heading' in hit ? hit.heading : null;
  return title !== null && Array.isArray(heading) && heading.length > 0 ? [title, ...heading].join(' › ') : title;
};

/** The source says them already. */
const withoutHeadings = (text: string): string => text.replace(/^#{1,6} .*$/gm, '');

const titleOf = (item: unknown): string | null => field(item, ['title', 'name', 'document', 'filename', 'source']);

/** The list in a result: the result itself, or the first list among its fields. */
const itemsOf = (value: unknown): readonly unknown[] | null => {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return null;
  return Object.values(value).find((inner) => Array.isArray(inner)) ?? null;
};

/** `{error: {message}}`, `{error: code, message}` and `Error: …` are what tools usually say when they failed. */
const failureOf = (value: unknown, content: string): string | null => {
  if (typeof value === 'object' && value !== null && 'error' in value && value.error) {
    const told =
      typeof value.error === 'object' ? field(value.error, ['message', 'code']) : field(value, ['message', 'error']);
    return told ?? JSON.stringify(value.error);
  }
  return /^error\b/i.test(content) ? content : null;
};

/** The first of these fields that holds text or a number; of a plain value, the value. */
const field = (value: unknown, names: readonly string[]): string | null => {
  if (isPlain(value)) return String(value);
  if (typeof value !== 'object' || value === null) return null;
  const found = new Map(Object.entries(value));
  const name = names.find((candidate) => isPlain(found.get(candidate)));
  return name === undefined ? null : String(found.get(name));
};

const firstText = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  const text = Object.values(value).find((inner) => typeof inner === 'string');
  return text ?? null;
};

const isPlain = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number';

const cut = (text: string, max = MAX_QUOTE): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max).trimEnd()}…`;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

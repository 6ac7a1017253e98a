import type { OfferedTool } from './chat-request.ts';
import { findArithmetic } from './find-arithmetic.ts';

/** A call the demo model wants to make. */
export interface PlannedCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Which of the offered tools a question asks for, and with what arguments. None is a good answer. */
export const planToolCalls = (question: string, tools: readonly OfferedTool[]): PlannedCall[] => {
  const calls = tools.flatMap((tool) => {
    const planned = planKnown(question, tool);
    if (planned !== 'unknown') return planned === null ? [] : [{ name: tool.name, arguments: planned }];
    return isMeant(question, tool.name) ? [{ name: tool.name, arguments: fillArguments(question, tool) }] : [];
  });
  // A list of documents answers "which documents are there"; searching for those words would only add noise.
  const listed = calls.some((call) => call.name === 'list_documents');
  return listed ? calls.filter((call) => call.name !== 'search_documents') : calls;
};

const QUESTION =
  /\?\s*$|^\s*(?:how|what|when|where|why|which|who|can|could|does|do|is|are|may|should|explain|describe|tell me (?:about|how|what|why))\b/i;

/** A search for what a question is about, where it is one and the tool is offered. */
export const planSearch = (question: string, tools: readonly OfferedTool[]): PlannedCall[] => {
  const tool = tools.find(({ name }) => name === 'search_documents');
  if (!tool || !QUESTION.test(question)) return [];
  return [{ name: tool.name, arguments: searchArguments(question, tool) }];
};

const TIME =
  /\bwhat(?:'s|\s+is)?\s+(?:the\s+)?(?:current\s+)?(?:time|date|day)\b|\b(?:time|date|day)\s+is\s+it\b|\bcurrent\s+(?:time|date)\b|\btoday'?s\s+date\b|\bwhat\s+day\b/i;
const ZONE = /\b(?:[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_]+)?|UTC)\b/;
const ABOUT_DOCUMENTS = /\b(?:documents?|docs|documentation|skein|knowledge base|manual|handbook|search)\b/i;
const LIST_DOCUMENTS =
  /\b(?:list|which|what|show|how many)\b[^.?!]*\bdocuments?\b\s*(?:(?:\w+\s+){0,2}(?:there|exist|have|available|uploaded)\b|[.?!]*\s*$)/i;
const SEARCH_LEAD =
  /^(?:please\s+)?(?:(?:can|could|would)\s+you\s+)?(?:search|look|find)\s+(?:(?:in|through|up)\s+)?(?:(?:my|the|our|your)\s+)?(?:documents?|docs|documentation)?\s*(?:for|about|on)?\s*/i;

/** The built-in tools: their arguments, null when the question does not ask for them, `unknown` for any other tool. */
const planKnown = (question: string, tool: OfferedTool): Record<string, unknown> | null | 'unknown' => {
  switch (tool.name) {
    case 'calculator': {
      const expression = findArithmetic(question);
      return expression === null ? null : { [textProperty(tool, 'expression')]: expression };
    }
    case 'current_time': {
      if (!TIME.test(question)) return null;
      const property = ['timezone', 'time_zone', 'tz'].find((name) => tool.properties.has(name));
      const zone = zoneIn(question) ?? (property && tool.required.includes(property) ? 'UTC' : undefined);
      return property && zone ? { [property]: zone } : {};
    }
    case 'list_documents':
      return LIST_DOCUMENTS.test(question) ? {} : null;
    case 'search_documents': {
      return ABOUT_DOCUMENTS.test(question) ? searchArguments(question, tool) : null;
    }
    default:
      return 'unknown';
  }
};

const searchArguments = (question: string, tool: OfferedTool): Record<string, unknown> => {
  const query = question.replace(SEARCH_LEAD, '').replace(/[?.!\s]+$/, '');
  return { [textProperty(tool, 'query')]: query === '' ? question : query };
};

/** A time zone by its name, or by the city in it: "Europe/Berlin", "UTC", "New York". */
const zoneIn = (question: string): string | undefined => {
  const named = question.match(ZONE)?.[0];
  if (named !== undefined) return named;
  return Intl.supportedValuesOf('timeZone').find((zone) => {
    const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
    return new RegExp(`\\bin ${city}\\b`, 'i').test(question);
  });
};

/** The property that takes the text: the usual name where the schema has it, else its first text property. */
const textProperty = (tool: OfferedTool, usual: string): string => {
  if (tool.properties.has(usual)) return usual;
  return [...tool.properties].find(([, schema]) => schema.type === 'string')?.[0] ?? usual;
};

const FILLER = new Set(['get', 'set', 'fetch', 'the', 'a', 'current', 'tool', 'by', 'for']);

/** A tool is meant when the question names it, or has every telling word of its name ("weather" for get_weather). */
const isMeant = (question: string, name: string): boolean => {
  const text = question.toLowerCase();
  if (text.includes(name.toLowerCase())) return true;
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !FILLER.has(word));
  return words.length > 0 && words.every((word) => new RegExp(`\\b${word}s?\\b`).test(text));
};

const fillArguments = (question: string, tool: OfferedTool): Record<string, unknown> => {
  const given = readObject(question);
  if (given !== null) return given;
  const filled: Record<string, unknown> = {};
  for (const name of tool.required) filled[name] = valueFor(question, tool.properties.get(name) ?? {});
  return filled;
};

const valueFor = (question: string, schema: Record<string, unknown>): unknown => {
  if (Array.isArray(schema.enum)) {
    const mentioned = schema.enum.find((value) => question.toLowerCase().includes(String(value).toLowerCase()));
    return mentioned ?? schema.enum[0];
  }
  switch (schema.type) {
    case 'number':
    case 'integer':
      return Number(question.match(/-?\d+(?:\.\d+)?/)?.[0] ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return subjectOf(question);
  }
};

/** What a question is about: quoted words, else a name after a preposition, else the whole question. */
const subjectOf = (question: string): string =>
  question.match(/"([^"]+)"/)?.[1] ??
  question.match(/\b(?:in|for|of|about|to|from|at)\s+([A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)/)?.[1] ??
  question;

const readObject = (question: string): Record<string, unknown> | null => {
  const text = question.match(/\{[\s\S]*\}/)?.[0];
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

import type { SearchDocuments } from '../../shared/search/create-search.ts';
import { createCalculator } from './calculator.ts';
import { createCurrentTime } from './current-time.ts';
import { createSearchDocuments } from './search-documents.ts';
import type { BuiltinTool } from './tool.ts';

/** What tools work with. */
export interface ToolServices {
  readonly search: SearchDocuments;
}

/** Every tool the worker executes, by name. A Map: a model that asks for `constructor` finds nothing. */
export function createBuiltinTools({ search }: ToolServices): ReadonlyMap<string, BuiltinTool> {
  return new Map(
    [createCurrentTime(), createCalculator(), createSearchDocuments(search)].map((tool) => [tool.name, tool]),
  );
}

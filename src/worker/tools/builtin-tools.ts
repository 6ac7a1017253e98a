import { createCalculator } from './calculator.ts';
import { createCurrentTime } from './current-time.ts';
import type { BuiltinTool } from './tool.ts';

/** Every tool the worker executes, by name. A Map: a model that asks for `constructor` finds nothing. */
export function createBuiltinTools(): ReadonlyMap<string, BuiltinTool> {
  return new Map([createCurrentTime(), createCalculator()].map((tool) => [tool.name, tool]));
}

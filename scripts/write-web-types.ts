// Makes schema.gen.d.ts, the types of the API clients of the web page and of the command line, from openapi.json. They are not committed: `build:web` and `check` make them anew
// when openapi.json is newer.
import { statSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const SOURCE = new URL('../openapi.json', import.meta.url);
const TARGETS = ['../src/web/api/schema.gen.d.ts', '../src/cli/schema.gen.d.ts'].map(
  (path) => new URL(path, import.meta.url),
);

// The generator prints through TypeScript's own printer, which TypeScript 7 does not offer; @ts-morph/common carries the last one that does.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'typescript'
      ? { url: 'data:text/javascript,import m from "@ts-morph/common";export default m.ts', shortCircuit: true }
      : next(specifier, specifier === '@ts-morph/common' ? { ...context, parentURL: import.meta.url } : context),
});

if (TARGETS.some((target) => modifiedAt(SOURCE) >= modifiedAt(target))) {
  const { default: openapi, astToString } = await import('openapi-typescript');
  const text = astToString(await openapi(SOURCE, { defaultNonNullable: false }));
  for (const target of TARGETS)
    writeFileSync(target, `// Made by scripts/write-web-types.ts from openapi.json.\n${text}`);
}

function modifiedAt(file: URL): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

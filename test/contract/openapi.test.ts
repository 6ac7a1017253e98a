import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../src/api/api-deps.ts';
import { describeApi } from '../../src/api/describe-api.ts';
import { createEndpoints } from '../../src/api/endpoints.ts';
import { problemCodes } from '../../src/api/openapi.ts';
import { problemSchema } from '../../src/api/problem.ts';
import { TAGS } from '../../src/api/tags.ts';
import { ERROR_CATALOGUE } from '../../src/shared/errors/error-catalogue.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const document = JSON.parse(JSON.stringify(describeApi(version)));
const contracts = createEndpoints({} as ApiDeps).map((endpoint) => endpoint.contract);
const names = contracts.map((contract) => [`${contract.method.toUpperCase()} ${contract.path}`, contract] as const);

/** Every object inside the document, with its place. */
function* objects(value: unknown, place = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  yield [place, value as Record<string, unknown>];
  for (const [key, child] of Object.entries(value)) yield* objects(child, `${place}/${key}`);
}

const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/')],
      document,
    );

describe('the OpenAPI document', () => {
  it('is the one that is committed', () => {
    expect(JSON.parse(readFileSync('openapi.json', 'utf8'))).toEqual(document);
  });

  it('is of version 3.1 and has no reference that leads nowhere', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Skein', version });
    const refs = [...objects(document)].filter(([, value]) => typeof value.$ref === 'string');
    expect(refs.length).toBeGreaterThan(20);
    for (const [place, value] of refs) expect(resolve(String(value.$ref)), place).toBeDefined();
  });

  it('has component names and operation names that generators can use, each once', () => {
    for (const group of Object.values(document.components))
      for (const name of Object.keys(group as object)) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
    const ids = [...objects(document.paths)].flatMap(([, value]) => (value.operationId ? [value.operationId] : []));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
  });

  it('declares each parameter of each path, and no other', () => {
    for (const [path, item] of Object.entries<Record<string, { parameters?: { in: string; name: string }[] }>>(
      document.paths,
    )) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const [method, operation] of Object.entries(item)) {
        const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        expect(
          declared.map((parameter) => parameter.name),
          `${method} ${path}`,
        ).toEqual(inPath);
      }
    }
  });

  it('has no endpoint twice', () => {
    expect(new Set(names.map(([name]) => name)).size).toBe(names.length);
  });
});

describe.each(names)('%s', (_name, contract) => {
  const operation = document.paths[contract.path]?.[contract.method];

  it('is in the document, under a section, with words', () => {
    expect(operation).toMatchObject({
      tags: [contract.tag],
      summary: contract.summary,
      description: contract.description,
    });
    expect(Object.keys(TAGS)).toContain(contract.tag);
    expect(contract.summary).toMatch(/^[A-Z].{3,60}$/);
    expect(contract.description.length).toBeGreaterThan(4);
  });

  it('has an example for its body and for each answer, and they are valid', () => {
    if (contract.body) {
      const { example } = operation.requestBody.content['application/json'];
      expect(example).toBeDefined();
      expect(contract.body.safeParse(example).error).toBeUndefined();
    }
    for (const [status, { schema, contentType = 'application/json' }] of Object.entries(contract.responses)) {
      if (!schema && contentType === 'application/json') continue;
      const { example } = operation.responses[status].content[contentType];
      expect(example, status).toBeDefined();
      if (schema) expect(schema.safeParse(example).error, status).toBeUndefined();
    }
  });

  it('says which problems it can answer', () => {
    for (const code of problemCodes(contract)) {
      const { status } = ERROR_CATALOGUE[code];
      const answer = operation.responses[status];
      if (contract.responses[status]) continue;
      const { examples } = (resolve(answer.$ref) as { content: Record<string, { examples: object }> }).content[
        'application/problem+json'
      ] as { examples: Record<string, { value: unknown }> };
      expect(problemSchema.parse(examples[code]?.value)).toMatchObject({ code, status });
    }
  });
});

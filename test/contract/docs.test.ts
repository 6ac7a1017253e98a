import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../../src/shared/domain/limits.ts';
import { runStatusSchema, TERMINAL_STATUSES } from '../../src/shared/domain/run-status.ts';
import { streamEventSchemas } from '../../src/shared/domain/stream-event.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const read = (page: string): string => readFileSync(page, 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** GitHub's id of a heading. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (page: string): string[] =>
  [...withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => toAnchor(heading));

/** Texts in backticks that are paths of this repository. */
const pathsIn = (page: string): string[] =>
  [...withoutCode(read(page)).matchAll(/`((?:src|test|scripts|bench|docs|\.ci|\.dependency-cruiser)[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );

describe('README and docs', () => {
  it.each(pages)('%s links only to files and headings that exist', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = links
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names only files and folders that exist', (page) => {
    expect(pathsIn(page).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('show the way of a run by file names', () => {
    expect(new Set(pathsIn('docs/architecture.md')).size).toBeGreaterThan(40);
  });
});

describe('docs/streaming.md', () => {
  const rows = [...read('docs/streaming.md').matchAll(/^\| `(\w+)` \| (.+?) \| .+ \|$/gm)];

  it('lists exactly the events there are', () => {
    expect(rows.map(([, name]) => name).toSorted()).toEqual(Object.keys(streamEventSchemas).toSorted());
  });

  it.each(rows.flatMap(([, name = '', data = '']) => (data.startsWith('`{') ? [[name, data] as const] : [])))(
    'gives the fields of %s',
    (name, data) => {
      const { shape } = streamEventSchemas[name as keyof typeof streamEventSchemas];
      expect(data.match(/\w+/g)?.toSorted()).toEqual(Object.keys(shape).toSorted());
    },
  );
});

describe('docs/run-lifecycle.md', () => {
  const page = read('docs/run-lifecycle.md');
  const arrows = [...page.matchAll(/^ {2}(\w+|\[\*\]) --> (\w+): /gm)].map(([, from, to]) => ({ from, to }));

  it('draws every state, and no way out of a terminal one', () => {
    expect([...new Set(arrows.map(({ to }) => to))].toSorted()).toEqual(runStatusSchema.options.toSorted());
    const terminal: readonly (string | undefined)[] = TERMINAL_STATUSES;
    expect(arrows.filter(({ from }) => terminal.includes(from))).toEqual([]);
  });

  it('names every limit of a run', () => {
    expect(Object.keys(limitsSchema.shape).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

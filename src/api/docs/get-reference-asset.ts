import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { ERRORS_STYLE, REFERENCE_SCRIPT } from './reference-script.ts';

const OWN: Readonly<Record<string, string>> = { 'reference.js': REFERENCE_SCRIPT, 'errors.css': ERRORS_STYLE };
const PACKAGED = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The files the reference pages load: ours, and those of the installed browser bundle. Nothing comes from another server. */
export const getReferenceAsset = () => {
  const root = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  return defineEndpoint({
    method: 'get',
    path: '/docs/assets/{file}',
    tag: 'System',
    summary: 'Get a file of the reference pages',
    description: 'Script, style or picture.',
    access: 'public',
    query: z.looseObject({}),
    undocumented: true,
    params: z.object({ file: z.enum([...PACKAGED, ...Object.keys(OWN)]) }),
    responses: { 200: { description: 'The file.' } },
    async handler({ params: { file }, res }) {
      const own = OWN[file];
      if (own === undefined) res.sendFile(file, { root, maxAge: '1h' });
      else res.type(file).send(own);
      return undefined;
    },
  });
};

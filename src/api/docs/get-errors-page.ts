import { z } from 'zod';
import { ERROR_CATALOGUE } from '../../shared/errors/error-catalogue.ts';
import { defineEndpoint } from '../endpoint.ts';
import { PAGE_POLICY } from './page-policy.ts';

const rows = Object.entries(ERROR_CATALOGUE).map(
  ([code, { status, title }]) =>
    `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Skein errors</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/errors.css">
</head>
<body>
<h1>Errors</h1>
<p>Every error is a problem document (RFC 9457, <code>application/problem+json</code>). Match on <code>code</code>: its meaning never changes.
Quote <code>request_id</code> when you ask about one. See the <a href="/docs">reference</a> for which call answers which.</p>
<table>
<thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`;

export const getErrorsPage = () =>
  defineEndpoint({
    method: 'get',
    path: '/docs/errors',
    tag: 'System',
    summary: 'Read the list of errors',
    description: 'What `type` of a problem document points to.',
    access: 'public',
    query: z.looseObject({}),
    responses: { 200: { description: 'A page.', contentType: 'text/html', example: '<!doctype html>…' } },
    async handler({ res }) {
      res.type('html').set('Content-Security-Policy', PAGE_POLICY).send(PAGE);
      return undefined;
    },
  });

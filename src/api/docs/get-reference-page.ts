import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { PAGE_POLICY } from './page-policy.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Skein API</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<script src="/docs/assets/swagger-ui-bundle.js" defer></script>
<script src="/docs/assets/reference.js" defer></script>
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript; the same as JSON is at <a href="/openapi.json">/openapi.json</a>.</noscript>
</body>
</html>
`;

export const getReferencePage = () =>
  defineEndpoint({
    method: 'get',
    path: '/docs',
    tag: 'System',
    summary: 'Read this reference',
    description: 'An interactive page that works without internet. `/docs#Threads` lands on a section.',
    access: 'public',
    query: z.looseObject({}),
    responses: { 200: { description: 'A page.', contentType: 'text/html', example: '<!doctype html>…' } },
    async handler({ res }) {
      res.type('html').set('Content-Security-Policy', PAGE_POLICY).send(PAGE);
      return undefined;
    },
  });

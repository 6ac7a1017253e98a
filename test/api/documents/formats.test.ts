import { expect, it } from 'vitest';
import type { DocumentContent } from '../../../src/shared/domain/document.ts';
import { useSkein } from '../../support/skein.ts';
import { createDocumentClient } from './documents-support.ts';
import { makeDocx } from './make-docx.ts';
import { makePdf } from './make-pdf.ts';

const skein = useSkein();
const documents = createDocumentClient(skein as never);
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const html = `<!doctype html><html><head><title>No</title><style>p { color: red }</style></head><body><nav>Menu</nav>
  <h1>Guide</h1><p>Welcome <b>all</b> of you.</p><h2>Resuming</h2><ul><li><p>Send the zebra id</p></li><li>Then wait</li></ul>
  <table><tr><th>Code</th><th>Meaning</th></tr><tr><td>409</td><td>busy</td></tr></table><pre>first
  second</pre><script>alert('never')</script></body></html>`;
const pdf = makePdf([
  [
    [24, 'Guide'],
    [11, 'Welcome all of you, to a text that is'],
    [11, 'broken into lines.'],
  ],
  [
    [18, 'Resuming'],
    [11, 'Send the zebra id.'],
  ],
]);
const docx = makeDocx([
  [1, 'Guide'],
  [0, 'Welcome all of you.'],
  [2, 'Resuming'],
  [0, 'Send the zebra id.'],
]);

it.each([
  [
    'a.md',
    '# Guide\n\nWelcome all of you.\n\n## Resuming\n\nSend the zebra id.\n',
    'text/markdown',
    ['Guide', 'Resuming'],
    null,
  ],
  ['a.txt', 'Guide\n\nSend the zebra id.\r\nAnd wait.', 'text/plain', [], null],
  ['a.html', html, 'text/html', ['Guide', 'Resuming'], null],
  ['a.bin', html, 'text/html', ['Guide', 'Resuming'], null],
  ['a.pdf', pdf, 'application/pdf', ['Guide', 'Resuming'], 2],
  ['renamed.txt', pdf, 'application/pdf', ['Guide', 'Resuming'], 2],
  ['a.docx', docx, DOCX, ['Guide', 'Resuming'], null],
])('%s is read, and found with heading and position', async (name, body, mediaType, heading, page) => {
  const document = await documents.add(name, body);
  expect(document).toMatchObject({ name, media_type: mediaType, status: 'ready', progress: 1, error: null });
  expect(document.bytes).toBe(Buffer.byteLength(body));
  const [passage, ...others] = await documents.find('zebra', { document_ids: [document.document_id] });
  expect(others).toEqual([]);
  expect(passage).toMatchObject({ document_id: document.document_id, name, heading, position: { page } });
  expect(passage?.text).toContain('zebra id');

  const path = `/documents/${document.document_id}/content`;
  const { body: content } = await skein.send<DocumentContent>('GET', path);
  expect([content.start, content.end, content.text.length]).toEqual([0, document.characters, document.characters]);
  const { start = -1, end = -1 } = passage?.position ?? {};
  expect(content.text.slice(start, end)).toBe(passage?.text);
  expect(content.sections.at(-1)).toMatchObject({ heading, page });
  const { body: part } = await skein.send<DocumentContent>('GET', `${path}?start=${start}&limit=${end - start}`);
  expect([part.text, part.start, part.end]).toEqual([passage?.text, start, end]);
});

it('HTML gives what a browser shows, block by block', async () => {
  const document = await documents.add('page.html', html);
  const { body } = await skein.send<DocumentContent>('GET', `/documents/${document.document_id}/content`);
  expect(body.text).toBe(
    'Guide\n\nWelcome all of you.\n\nResuming\n\nSend the zebra id\nThen wait\n\nCode | Meaning\n409 | busy\n\nfirst\n  second',
  );
});

it('lines of a PDF paragraph are one line of text', async () => {
  const document = await documents.add('lines.pdf', pdf);
  const { body } = await skein.send<DocumentContent>('GET', `/documents/${document.document_id}/content`);
  expect(body.text).toBe(
    'Guide\n\nWelcome all of you, to a text that is broken into lines.\n\nResuming\n\nSend the zebra id.',
  );
});

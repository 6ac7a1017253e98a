import { expect, it } from 'vitest';
import type { Document } from '../../../src/shared/domain/document.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createDocumentClient, type Problem } from './documents-support.ts';
import { makeDocx, makeZip } from './make-docx.ts';
import { makePdf } from './make-pdf.ts';

const skein = useSkein({ env: { DOCUMENT_LIMIT_BYTES: '3000000' } });
const documents = createDocumentClient(skein as never);
const remains = async (documentId: string) => [
  await skein.models.documentChunks.countDocuments({ document_id: documentId }),
  await skein.models.documentParts.countDocuments({ document_id: documentId }),
];
const everything = async () => [
  await skein.models.documents.countDocuments({}),
  await skein.models.documentParts.countDocuments({}),
];

it('an upload of several parts is stored, read and searched', async () => {
  const text = Array.from({ length: 12_000 }, (_, n) => `Line ${n} of the long tale of needle${n}.`).join('\n\n');
  expect(text.length).toBeLessThan(1_048_576);
  const bytes = Buffer.from(`${text}\n\n${'The end. '.repeat(120_000)}`);
  const document = await documents.add('long.txt', bytes);
  expect(document).toMatchObject({ bytes: bytes.length, characters: bytes.length });
  const [chunks, parts] = await remains(document.document_id);
  expect([parts, chunks]).toEqual([Math.ceil(bytes.length / 1_048_576), document.chunks]);
  const [found] = await documents.find('needle9876', { limit: 1 });
  expect(found?.text).toContain('needle9876.');
  await skein.send('DELETE', `/documents/${document.document_id}`);
});

it.each<[string, string, Buffer | string, Record<string, string>, number, string]>([
  ['empty', 'a.txt', '', {}, 422, 'validation_failed'],
  ['too large', 'a.txt', 'x'.repeat(3_000_001), {}, 413, 'payload_too_large'],
  [
    'a picture named text',
    'a.txt',
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    {},
    415,
    'unsupported_media_type',
  ],
  ['a picture', 'a.png', 'x', { 'content-type': 'image/png' }, 415, 'unsupported_media_type'],
  [
    'text named PDF by its type',
    'a.pdf',
    'not a PDF',
    { 'content-type': 'application/pdf' },
    415,
    'unsupported_media_type',
  ],
  ['an archive of something else', 'a.zip', makeZip([['a.txt', 'x']]), {}, 415, 'unsupported_media_type'],
  ['bytes of no type', 'a.txt', Buffer.from([65, 0, 66]), {}, 415, 'unsupported_media_type'],
  ['Latin-1 text', 'a.txt', Buffer.from('caf\xe9', 'latin1'), {}, 400, 'malformed_body'],
  ['another charset', 'a.txt', 'x', { 'content-type': 'text/plain; charset=latin1' }, 415, 'unsupported_media_type'],
  ['no name', '', 'x', {}, 422, 'validation_failed'],
])(
  'refuses what cannot be a document at the door, and stores nothing: %s',
  async (_what, name, body, headers, status, code) => {
    const before = await everything();
    const answer = await documents.upload(name, body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await everything()).toEqual(before);
  },
);

it.each(['[]', '{', '{"a":{}}', '{"$a":1}'])('refuses metadata %s', async (metadata) => {
  const answer = await documents.upload('a.txt', 'x', {}, `&metadata=${encodeURIComponent(metadata)}`);
  expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
});

const encrypted = makePdf(
  [[[12, 'secret']]],
  `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'ab'.repeat(32)}> /U <${'cd'.repeat(32)}> >> /ID [<00> <00>]`,
);
const manyPages = makePdf(Array.from({ length: 5001 }, () => [[12, 'x']] as const));

it.each<[string, string, Buffer | string, string]>([
  ['an encrypted PDF', 'a.pdf', encrypted, 'encrypted'],
  ['a broken PDF', 'a.pdf', '%PDF-1.7\nnothing more', 'broken'],
  ['a PDF of thousands of pages', 'a.pdf', manyPages, 'too_many_pages'],
  ['a PDF without text', 'a.pdf', makePdf([[]]), 'no_text'],
  ['a Word document without its text', 'a.docx', makeZip([['word/other.xml', '<x/>']]), 'broken'],
  ['a cut off Word document', 'a.docx', makeDocx([[0, 'text']]).subarray(0, 400), 'broken'],
  ['a ZIP bomb', 'a.docx', makeDocx([[0, 'x']], [['word/a.xml', Buffer.alloc(250 * 1_048_576)]]), 'expands_too_much'],
  [
    'a ZIP bomb that lies about its size',
    'a.docx',
    makeDocx([[0, 'x']], [['word/a.xml', Buffer.alloc(250 * 1_048_576)]], 900),
    'broken',
  ],
  ['only white space', 'a.txt', ' \n\n \n', 'no_text'],
])('says what is wrong with %s', async (_what, name, body, code) => {
  const { status, body: queued } = await documents.upload(name, body);
  expect(status).toBe(202);
  const { error, chunks } = await documents.waitFor(queued.document_id, 'failed');
  expect(error).toEqual({ code, message: expect.any(String) });
  expect(chunks).toBe(0);
  expect((await skein.send<Problem>('GET', `/documents/${queued.document_id}/content`)).body.code).toBe(
    'document_not_read',
  );
  expect((await skein.send('DELETE', `/documents/${queued.document_id}`)).status).toBe(204);
  expect(await remains(queued.document_id)).toEqual([0, 0]);
});

it('the same Idempotency-Key makes one document; another body is refused, and a deleted one does not come back', async () => {
  const headers = { 'idempotency-key': newId() };
  const answers = await Promise.all(Array.from({ length: 4 }, () => documents.upload('a.txt', 'once', headers)));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  const ids = new Set(answers.map(({ body }) => body.document_id));
  expect(ids.size).toBe(1);
  expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(3);
  const [id = ''] = ids;
  await documents.waitFor(id, 'ready');
  expect(await remains(id)).toEqual([1, 1]);
  for (const [name, body] of [
    ['a.txt', 'twice'],
    ['b.txt', 'once'],
  ] as const)
    expect((await documents.upload(name, body, headers)).body.code).toBe('idempotency_key_reused');
  await skein.send('DELETE', `/documents/${id}`);
  expect((await documents.upload('a.txt', 'once', headers)).status).toBe(404);
  expect(await skein.models.documents.countDocuments({ status: 'uploading' })).toBe(0);
});

it('lists newest first, page by page', async () => {
  const made: string[] = [];
  for (const name of ['1.txt', '2.txt', '3.txt']) made.unshift((await documents.add(name, name)).document_id);
  const first = await skein.send<Document[]>('GET', '/documents?limit=2');
  expect(first.body.map(({ document_id }) => document_id)).toEqual(made.slice(0, 2));
  const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const second = await skein.send<Document[]>('GET', next.replace(/^https?:\/\/[^/]+/, ''));
  expect(second.body[0]?.document_id).toBe(made[2]);
});

it('a deleted document is found no more and leaves nothing', async () => {
  const document = await documents.add('gone.txt', 'A marmot is in here.');
  expect(await documents.find('marmot')).toHaveLength(1);
  const path = `/documents/${document.document_id}`;
  expect((await skein.send('DELETE', path)).status).toBe(204);
  expect(await documents.find('marmot')).toEqual([]);
  expect([(await skein.send('GET', path)).status, (await skein.send('DELETE', path)).status]).toEqual([404, 404]);
  expect([
    ...(await remains(document.document_id)),
    await skein.models.documents.countDocuments({ _id: document.document_id }),
  ]).toEqual([0, 0, 0]);
});

it('reading again replaces all passages by one set of the same', async () => {
  const document = await documents.add('again.md', '# One\n\nA wombat.\n\n# Two\n\nText.');
  const path = `/documents/${document.document_id}`;
  expect((await skein.send<Document>('POST', `${path}/reindex`)).status).toBe(202);
  const again = await waitFor(
    async () => {
      const now = await documents.get(document.document_id);
      return now.indexed_at !== document.indexed_at && now.status === 'ready' ? now : null;
    },
    { what: 'it is read again' },
  );
  expect(again.chunks).toBe(2);
  await waitFor(async () => (await remains(document.document_id))[0] === 2, { what: 'the old passages are gone' });
  expect(await documents.find('wombat')).toHaveLength(1);
});

it('a search can be held to documents and to metadata', async () => {
  const tagged = (team: string) => `&metadata=${encodeURIComponent(JSON.stringify({ team }))}`;
  const a = await documents.add('a.txt', 'The okapi of team a.', {}, tagged('a'));
  const b = await documents.add('b.txt', 'The okapi of team b.', {}, tagged('b'));
  const names = async (more: object) => (await documents.find('okapi', more)).map(({ name }) => name).toSorted();
  expect(await names({})).toEqual(['a.txt', 'b.txt']);
  expect(await names({ document_ids: [b.document_id] })).toEqual(['b.txt']);
  expect(await names({ metadata: { team: 'a' } })).toEqual(['a.txt']);
  expect(await names({ metadata: { team: 'c' } })).toEqual([]);
  expect(await names({ metadata: { team: 'a' }, document_ids: [b.document_id] })).toEqual([]);
  expect(await names({ limit: 1 })).toHaveLength(1);
  expect(await documents.find('?!')).toEqual([]);
  expect(a.metadata).toEqual({ team: 'a' });
});

it('an assistant searches with the tool, and its result names document, heading and position', async () => {
  await documents.add('guide.md', '# Guide\n\n## Feeding\n\nA quokka eats leaves.');
  const assistant = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'search_documents' }] });
  const { thread_id } = await skein.createThread(assistant.assistant_id);
  const call = { tool_calls: [{ name: 'search_documents', arguments: { query: 'what do quokkas eat', limit: 1 } }] };
  const run = await skein.run({ thread_id, input: asks({ steps: [call, { chunks: ['Leaves.'] }] }) });
  const result = run.messages.find(({ role }) => role === 'tool');
  expect(JSON.parse(String(result?.content))).toEqual({
    passages: [
      {
        document_id: expect.any(String),
        name: 'guide.md',
        heading: ['Guide', 'Feeding'],
        text: expect.stringContaining('A quokka eats leaves.'),
        score: expect.any(Number),
        position: { start: expect.any(Number), end: expect.any(Number), page: null },
        chunk: 0,
      },
    ],
  });
});

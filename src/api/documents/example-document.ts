import type { Document, Passage } from '../../shared/domain/document.ts';

export const exampleDocument: Document = {
  document_id: '01988f2e-9f2b-7c40-9c3e-0f5b8a6d1c33',
  project_id: '00000000-0000-7000-8000-000000000001',
  name: 'handbook.md',
  media_type: 'text/markdown',
  bytes: 20_411,
  status: 'ready',
  progress: 1,
  error: null,
  chunks: 31,
  characters: 20_380,
  metadata: { source: 'intranet' },
  created_at: '2026-01-31T09:30:00.000Z',
  updated_at: '2026-01-31T09:30:02.000Z',
  indexed_at: '2026-01-31T09:30:02.000Z',
};

export const queuedDocument: Document = {
  ...exampleDocument,
  status: 'queued',
  progress: 0,
  chunks: 0,
  characters: 0,
  indexed_at: null,
};

export const examplePassage: Passage = {
  document_id: exampleDocument.document_id,
  name: exampleDocument.name,
  heading: ['Streams', 'Resuming'],
  text: '## Resuming\n\nSend the last id that you have as Last-Event-ID.',
  score: 7.31,
  position: { start: 4120, end: 4183, page: null },
  chunk: 6,
};

import type { DocumentErrorCode, MediaType } from '../../shared/domain/document.ts';
import type { IndexedTerms } from '../../shared/search/index-terms.ts';
import type { Chunk } from './chunk-text.ts';

/** A passage as it is stored. */
export type ReadPassage = Chunk & IndexedTerms & { readonly text: string };

/** What the thread is given. */
export interface ThreadData {
  readonly bytes: Uint8Array;
  readonly mediaType: MediaType;
  readonly name: string;
}

/** What it says: progress, the sizes of what it has read, then one portion for each message it gets (an empty one is the end), or what is wrong with the file. */
export type FromThread =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'read'; readonly chunks: number; readonly characters: number }
  | { readonly type: 'passages'; readonly passages: readonly ReadPassage[] }
  | { readonly type: 'problem'; readonly code: DocumentErrorCode; readonly message: string };

/**
 * Stores the items of an upload as they come, in pieces, and makes nothing of them. A piece that was stored stays when the upload is cut off: the next request with the same key
 * compares what is there and stores what is missing. Two of these at once for one batch do the same and disturb each other only in speed.
 */
import type { BatchItem } from '../../shared/domain/batch.ts';
import { AppError, type FieldError } from '../../shared/errors/app-error.ts';
import type { BatchItems, ItemConflict } from '../../shared/mongo/batch-items.ts';
import type { BatchDocument } from '../../shared/mongo/batch-models.ts';
import type { BatchRepository } from '../../shared/mongo/batch-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { checkItem, itemError } from './check-item.ts';
import type { UploadEntry } from './upload-entry.ts';

/** A piece is stored by one command. */
const PIECE_ITEMS = 500;
const PIECE_BYTES = 4 * 1_048_576;
/** Enough to mend a file by; one that is wrong in every line is not read to its end. */
const MAX_ERRORS = 20;

export interface ReceiveDeps {
  readonly batches: Pick<BatchRepository, 'noteReceived' | 'find'>;
  readonly batchItems: BatchItems;
  readonly assistants: Pick<ApiDeps['assistants'], 'get'>;
}

interface Numbered {
  readonly entry: UploadEntry;
  readonly index: number;
  readonly item: BatchItem;
}

/** What came of it: the index after the last item, or what is wrong. */
export interface Received {
  readonly next: number;
  readonly errors: readonly FieldError[];
}

/**
 * @param offset index of the first entry
 * @throws AppError payload_too_large (too many items), idempotency_key_reused (another upload with this key brought other items), state_conflict (the batch is gone)
 */
export async function receiveItems(
  deps: ReceiveDeps,
  batch: BatchDocument,
  entries: AsyncIterable<UploadEntry>,
  { offset, maxItems }: { readonly offset: number; readonly maxItems: number },
): Promise<Received> {
  const errors: FieldError[] = [];
  const knownAssistants = new Map<string, boolean>();
  let piece: Numbered[] = [];
  let bytes = 0;
  let index = offset;

  async function store(): Promise<void> {
    if (piece.length > 0 && errors.length === 0) {
      if (isThere(batch, index)) await comparePiece(deps, batch, piece);
      else {
        errors.push(...(await findMissing(deps, batch, piece, knownAssistants)));
        if (errors.length === 0) errors.push(...(await storePiece(deps, batch, piece)));
      }
    }
    piece = [];
    bytes = 0;
  }

  for await (const entry of entries) {
    if (index >= maxItems) throw new AppError('payload_too_large', { detail: `A batch may have ${maxItems} items.` });
    const checked = checkItem(entry, index);
    if (checked.ok) piece.push({ entry, index, item: checked.item });
    else errors.push(...checked.errors);
    bytes += entry.bytes;
    index += 1;
    if (piece.length >= PIECE_ITEMS || bytes >= PIECE_BYTES) await store();
    if (errors.length >= MAX_ERRORS) break;
  }
  await store();
  return { next: index, errors: errors.slice(0, MAX_ERRORS) };
}

/** Are the items below this index stored, or is it too late to store any? */
const isThere = (batch: BatchDocument, next: number): boolean => next <= batch.received || batch.status !== 'uploading';

/** Assistants and threads that items name and the project does not have. */
async function findMissing(
  { assistants, batchItems }: ReceiveDeps,
  batch: BatchDocument,
  piece: readonly Numbered[],
  known: Map<string, boolean>,
): Promise<FieldError[]> {
  for (const assistantId of new Set(piece.flatMap(({ item }) => item.assistant_id ?? []))) {
    if (known.has(assistantId)) continue;
    const assistant = await assistants.get(batch.project_id, assistantId);
    known.set(assistantId, assistant !== null);
    if (assistant) await batchItems.keepAssistant(batch._id, assistant);
  }
  const named = [...new Set(piece.flatMap(({ item }) => item.thread_id ?? []))];
  const threads = named.length === 0 ? new Set() : await batchItems.threadsAmong(batch.project_id, named);
  const missing = ({ entry, index }: Numbered, thing: 'assistant' | 'thread') =>
    itemError(entry, index, {
      pointer: `/${thing}_id`,
      code: 'reference_not_found',
      message: `there is no such ${thing}`,
    });
  return piece.flatMap((one) => [
    ...(one.item.assistant_id !== undefined && !known.get(one.item.assistant_id) ? [missing(one, 'assistant')] : []),
    ...(one.item.thread_id !== undefined && !threads.has(one.item.thread_id) ? [missing(one, 'thread')] : []),
  ]);
}

/** What a request before this one brought has been checked then, and what it names may be gone since. */
async function comparePiece(
  { batchItems }: ReceiveDeps,
  batch: BatchDocument,
  piece: readonly Numbered[],
): Promise<void> {
  const items = piece.map(({ item }) => item);
  refuseOthers(await batchItems.compare(batch._id, piece[0]?.index ?? 0, items));
}

async function storePiece(
  { batches, batchItems }: ReceiveDeps,
  batch: BatchDocument,
  piece: readonly Numbered[],
): Promise<FieldError[]> {
  const [first] = piece;
  if (!first) return [];
  const items = piece.map(({ item }) => item);
  const next = first.index + items.length;
  const conflicts = await batchItems.store(batch, first.index, items);
  refuseOthers(conflicts);
  if (conflicts.length > 0) return conflicts.flatMap((conflict) => taken(conflict, piece));
  const unassigned = piece.find(({ item }) => item.assistant_id === undefined && item.thread_id === undefined);
  if (await batches.noteReceived(batch, next, unassigned?.index ?? null)) return [];
  const now = await batches.find(batch.project_id, batch._id);
  if (!now) throw new AppError('state_conflict', { detail: 'The batch was deleted meanwhile.' });
  // An identical request beside this one has completed it. An item too many that is stored by now is none of the batch: only those below `received` are.
  if (next > now.received) refuseOthers([{ kind: 'changed', index: now.received }]);
  return [];
}

function refuseOthers(conflicts: readonly ItemConflict[]): void {
  const [changed] = conflicts.filter((conflict) => conflict.kind === 'changed');
  if (changed)
    throw new AppError('idempotency_key_reused', {
      detail: `Another upload with this Idempotency-Key brought another item ${changed.index}.`,
    });
}

function taken(conflict: ItemConflict, piece: readonly Numbered[]): FieldError[] {
  const one = piece.find(({ index }) => index === conflict.index);
  if (!one || conflict.kind !== 'taken') return [];
  const message = `item ${conflict.at} has this custom_id, counted from 0`;
  return [itemError(one.entry, one.index, { pointer: '/custom_id', code: 'duplicate', message })];
}

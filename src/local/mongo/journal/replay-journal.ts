import { type FileHandle, open } from 'node:fs/promises';
import { decodePayload, FRAME_BYTES, JOURNAL_HEADER, type JournalOp, readPayload } from './journal-record.ts';

export interface Replayed {
  records: number;
  /** The file up to here is good. */
  goodBytes: number;
  /** What followed and was cut: the torn end of a write that was never acknowledged. */
  cutBytes: number;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Applies every whole record of a journal and cuts the file behind the last one. Acknowledgement follows fsync of
 * everything before it, so a record that is not whole, and all that stands behind it, was never acknowledged.
 */
export async function replayJournal(path: string, apply: (op: JournalOp) => void): Promise<Replayed> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const { records, goodBytes } = await applyRecords(path, file, size, apply);
    if (goodBytes < size) {
      await file.truncate(goodBytes);
      await file.sync();
    }
    return { records, goodBytes, cutBytes: size - goodBytes };
  } finally {
    await file.close();
  }
}

async function applyRecords(
  path: string,
  file: FileHandle,
  size: number,
  apply: (op: JournalOp) => void,
): Promise<{ records: number; goodBytes: number }> {
  const header = await readAt(file, 0, JOURNAL_HEADER.length);
  if (!header.equals(JOURNAL_HEADER)) throw new Error(`${path} is not a journal this version can read`);
  let goodBytes = JOURNAL_HEADER.length;
  let records = 0;
  for (;;) {
    let chunk = await readAt(file, goodBytes, CHUNK_BYTES);
    if (chunk.length >= FRAME_BYTES) {
      const needed = FRAME_BYTES + chunk.readUInt32LE(0);
      if (needed > chunk.length && goodBytes + needed <= size) chunk = await readAt(file, goodBytes, needed);
    }
    const before = goodBytes;
    for (let payload = readPayload(chunk); payload !== null; payload = readPayload(chunk)) {
      apply(decodePayload(payload));
      records++;
      goodBytes += FRAME_BYTES + payload.length;
      chunk = chunk.subarray(FRAME_BYTES + payload.length);
    }
    if (goodBytes === before) return { records, goodBytes };
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

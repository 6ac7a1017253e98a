import { StoreError } from '../errors.ts';
import { MAX_MESSAGE_BYTES } from '../values/codec.ts';
import { HEADER_BYTES } from './message.ts';

/** Cuts a byte stream into messages by the length in their first four bytes. Keeps at most one unfinished message. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** The messages that `chunk` completes. Throws ProtocolError for a length no message may have. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const messages: Buffer[] = [];
    for (let length = this.#nextLength(); length !== null && this.#size >= length; length = this.#nextLength()) {
      const bytes = this.#joined();
      messages.push(bytes.subarray(0, length));
      this.#chunks = [bytes.subarray(length)];
      this.#size -= length;
    }
    return messages;
  }

  #nextLength(): number | null {
    if (this.#size < 4) return null;
    const first = this.#chunks[0] as Buffer;
    const length = (first.length >= 4 ? first : this.#joined()).readInt32LE(0);
    if (length <= HEADER_BYTES || length > MAX_MESSAGE_BYTES) {
      throw new StoreError(17, `a message of ${length} bytes is not allowed`);
    }
    return length;
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }
}

import { StoreError } from '../errors.ts';
import { decodeDocument } from '../values/codec.ts';
import type { Doc } from '../values/document.ts';
import { crc32c } from './crc32c.ts';

/** MongoDB wire protocol, "Wire Protocol" in the manual. */
export const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits 0 to 15 change the meaning of a message; one that is not known must not be ignored. */
const KNOWN_REQUIRED_BITS = CHECKSUM_PRESENT | MORE_TO_COME;

export interface Request {
  requestId: number;
  /** The command document, with document sequences put in as arrays. */
  body: Doc;
  /** The legacy form in which the answer must go out. */
  legacy: boolean;
  /** The client set moreToCome: it wants no answer. */
  silent: boolean;
}

/** Parses one whole message; throws ProtocolError when the connection cannot go on. */
export function parseMessage(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return parseOpMsg(message, requestId);
  if (opCode === OP_QUERY) return parseOpQuery(message, requestId);
  throw new StoreError(17, `unsupported opCode ${opCode}`);
}

function parseOpMsg(message: Buffer, requestId: number): Request {
  const flags = message.readUInt32LE(HEADER_BYTES);
  if ((flags & 0xffff & ~KNOWN_REQUIRED_BITS) !== 0) throw new StoreError(17, `unknown OP_MSG flag bits: ${flags}`);
  const end = (flags & CHECKSUM_PRESENT) === 0 ? message.length : verifyChecksum(message);
  let body: Doc | null = null;
  const sequences: { name: string; documents: Doc[] }[] = [];
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = message[at];
    const size = sizeAt(message, at + 1, end);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0 && body === null) body = decodeDocument(section);
    else if (kind === 1) sequences.push(parseSequence(section));
    else throw new StoreError(17, `unexpected OP_MSG section of kind ${kind}`);
    at += 1 + size;
  }
  if (body === null) throw new StoreError(17, 'OP_MSG without a body');
  for (const { name, documents } of sequences) {
    if (Object.hasOwn(body, name))
      throw new StoreError(17, `duplicate field between body and document sequence: ${name}`);
    Object.defineProperty(body, name, { value: documents, enumerable: true, configurable: true, writable: true });
  }
  return { requestId, body, legacy: false, silent: (flags & MORE_TO_COME) !== 0 };
}

function verifyChecksum(message: Buffer): number {
  const end = message.length - 4;
  if (message.readUInt32LE(end) !== crc32c(message.subarray(0, end)))
    throw new StoreError(17, 'OP_MSG checksum mismatch');
  return end;
}

function parseSequence(section: Buffer): { name: string; documents: Doc[] } {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd === -1) throw new StoreError(17, 'document sequence without a name');
  const documents: Doc[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    const size = sizeAt(section, at, section.length);
    documents.push(decodeDocument(section.subarray(at, at + size)));
    at += size;
  }
  return { name: section.toString('utf8', 4, nameEnd), documents };
}

function sizeAt(bytes: Buffer, at: number, end: number): number {
  const size = at + 4 <= end ? bytes.readInt32LE(at) : 0;
  if (size < 5 || at + size > end) throw new StoreError(17, 'a section is longer than its message');
  return size;
}

function parseOpQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  const at = nameEnd + 9;
  if (nameEnd === -1) throw new StoreError(17, 'OP_QUERY without a collection name');
  const size = sizeAt(message, at, message.length);
  const database = message.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.')[0];
  const body = decodeDocument(message.subarray(at, at + size));
  return { requestId, body: { ...body, $db: database }, legacy: true, silent: false };
}

/** The answer to a request, in the form the request came in. */
export function encodeReply(request: Request, document: Uint8Array, replyId: number): Buffer {
  const prefix = request.legacy ? 20 : 5;
  const message = Buffer.alloc(HEADER_BYTES + prefix + document.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(replyId, 4);
  message.writeInt32LE(request.requestId, 8);
  message.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
  // OP_REPLY: flags 8 (AwaitCapable), no cursor, one document. OP_MSG: no flags, one section of kind 0.
  if (request.legacy) {
    message.writeInt32LE(8, HEADER_BYTES);
    message.writeInt32LE(1, HEADER_BYTES + 16);
  }
  message.set(document, HEADER_BYTES + prefix);
  return message;
}

/** A passage with its vector, as it is stored: 32 bit floats, little-endian, of length 1. */
export interface StoredVector {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export const toBytes = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

/** Passages by how alike they are to the question, best first. Vectors of another number of dimensions are left out. */
export function rankVectors(question: Float32Array, vectors: readonly StoredVector[], limit: number): string[] {
  return vectors
    .filter(({ bytes }) => bytes.byteLength === question.byteLength)
    .map(({ id, bytes }) => ({ id, likeness: dot(question, toVector(bytes)) }))
    .toSorted((a, b) => b.likeness - a.likeness || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}

/** Copied only where it does not lie as floats must. */
const toVector = (bytes: Uint8Array): Float32Array =>
  bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Float32Array(bytes.slice().buffer);

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

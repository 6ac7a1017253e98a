const DIMENSIONS = 512;

/**
 * A real embedding without a language model: words and their pieces of three letters, hashed into 512 numbers. Texts that share pieces of words are alike; that two words mean the same it cannot know.
 */
export function hashedEmbedding(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  const add = (piece: string, weight: number): void => {
    const hash = fnv1a(piece);
    const at = hash % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + (hash & 0x4000_0000 ? weight : -weight);
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (word.length < 3) continue;
    const framed = `<${word}>`;
    add(framed, 1);
    for (let at = 0; at + 3 <= framed.length; at += 1) add(framed.slice(at, at + 3), 1 / framed.length);
  }
  // So that no text is the null vector.
  vector[0] = (vector[0] ?? 0) + 1e-6;
  return vector;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

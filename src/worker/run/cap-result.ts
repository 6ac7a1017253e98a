const MAX_BYTES = 256 * 1024;

/** Cuts a tool result to 256 KiB of UTF-8 and says so: a step is one document, and the model's context is dear. */
export function capResult(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  // A cut inside a character would decode to U+FFFD; `stream: true` holds the unfinished one back.
  const kept = new TextDecoder().decode(Buffer.from(text).subarray(0, MAX_BYTES), { stream: true });
  return `${kept}\n[cut: ${bytes} bytes in all]`;
}

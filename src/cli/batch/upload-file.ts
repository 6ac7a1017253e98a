import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Batch } from '../api/connection.ts';
import { persist } from '../api/persist.ts';
import { CliError, type Problem, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { type Part, readParts } from './read-parts.ts';

const PATIENCE_MS = 120_000;

export interface UploadOptions {
  readonly file: string;
  readonly name: string | undefined;
  readonly assistant: string | undefined;
  /** Default: one of the content of the file and these options, so that the same command goes on with its own upload. */
  readonly key: string | undefined;
}

/**
 * Sends a file in parts. What the server has already is not sent again, whether this process or an earlier one sent it; a part without an answer is sent again.
 * @throws CliError with the lines of the file that are wrong
 */
export async function uploadFile({ connection, output, signal }: Context, options: UploadOptions): Promise<Batch> {
  const key = options.key ?? `skein-cli-${await hashOf(options)}`;
  let batch: Batch | null = null;
  for await (const part of readParts(options.file)) {
    const isThere = part.offset + part.fileLines.length <= (batch?.received ?? 0);
    if (batch !== null && batch.status !== 'uploading') break;
    if (isThere && !part.last) continue;
    const query = new URLSearchParams({
      offset: String(part.offset),
      complete: String(part.last),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.assistant === undefined ? {} : { assistant_id: options.assistant }),
    });
    const onTrouble = () => output.note('no answer; sending again');
    batch = await persist({ forMs: PATIENCE_MS, signal, onTrouble }, async () => {
      const response = await connection.open(`/batches?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
        body: part.text,
        signal,
      });
      return (await response.json()) as Batch;
    }).catch((error) => {
      throw error instanceof CliError ? inFile(error, options.file, part) : error;
    });
    if (!part.last) output.note(`${batch.received} items sent`);
  }
  if (!batch) throw usageError(`${options.file} has no items.`);
  return batch;
}

/** The same content for the same server is the same batch; with another name or assistant it is another one. */
async function hashOf({ file, name = '', assistant = '' }: UploadOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([name, assistant]));
  await pipeline(createReadStream(file), hash).catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`${file} cannot be read: ${cause.code ?? cause.message}.`);
  });
  return hash.digest('base64url');
}

/** The server counts the lines of the part. */
function inFile(error: CliError, file: string, part: Part): CliError {
  const { errors } = error.problem;
  if (!errors) return error;
  const problem: Problem = {
    ...error.problem,
    detail: `${file}: ${error.problem.detail}`,
    errors: errors.map(({ line, ...rest }) =>
      line === undefined ? rest : { ...rest, line: part.fileLines[line - 1] ?? line },
    ),
  };
  return new CliError(problem, EXIT.refused, { cause: error });
}

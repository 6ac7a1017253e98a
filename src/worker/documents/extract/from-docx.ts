import mammoth from 'mammoth';
import { checkZip } from './check-zip.ts';
import { DocumentProblem } from './document-problem.ts';
import type { Extracted } from './extracted.ts';
import { fromHtml } from './from-html.ts';

/** @throws DocumentProblem broken, expands_too_much */
export async function fromDocx(bytes: Buffer): Promise<Extracted> {
  await checkZip(bytes);
  return fromHtml(await toHtml(bytes));
}

async function toHtml(buffer: Buffer): Promise<string> {
  // Pictures are left out: they would come as base64 text. External files are never looked up.
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }));
  try {
    return (await mammoth.convertToHtml({ buffer }, { convertImage, externalFileAccess: false })).value;
  } catch (error) {
    throw new DocumentProblem('broken', `The Word document cannot be read: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : 'unknown reason');

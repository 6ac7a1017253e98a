import type { DocumentErrorCode } from '../../../shared/domain/document.ts';

/** The document is at fault, and no repeat would help. The message is for whoever uploaded it. */
export class DocumentProblem extends Error {
  override readonly name = 'DocumentProblem';
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

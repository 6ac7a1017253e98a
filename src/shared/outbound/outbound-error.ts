/**
 * Why a call to somebody else's server brought no answer.
 * - `url_not_allowed`: the URL, or an address its name stands for, is none that may be called; nothing was sent.
 * - `name_not_found`: the name has no address.
 * - `connection_failed`: no connection, no TLS, or it broke before the answer was complete.
 * - `timed_out`: no connection, or no complete answer, in time.
 * - `aborted`: the caller's signal.
 */
export type OutboundFailure = 'url_not_allowed' | 'name_not_found' | 'connection_failed' | 'timed_out' | 'aborted';

/** The one error of outbound calls. `message` may be shown to the project: it names no address that was not in the URL. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly failure: OutboundFailure;

  constructor(failure: OutboundFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

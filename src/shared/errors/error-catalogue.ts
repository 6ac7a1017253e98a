/**
 * Every error that leaves Skein, once: its stable `code`, HTTP status and title. Clients match on `code`; a code is never given a new meaning.
 * docs/errors.md lists them and a test holds the two together.
 */
export const ERROR_CATALOGUE = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_body: { status: 400, title: 'The body cannot be read' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  invalid_idempotency_key: { status: 400, title: 'Idempotency-Key must be 1 to 255 visible ASCII characters' },
  invalid_last_event_id: { status: 400, title: 'The cursor is not one this stream gave out' },
  missing_credentials: { status: 401, title: 'An API key is required' },
  invalid_credentials: { status: 401, title: 'The API key is not valid' },
  origin_not_allowed: { status: 403, title: 'This origin may not call the API' },
  not_found: { status: 404, title: 'Not found' },
  route_not_found: { status: 404, title: 'No such route' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'None of the accepted types can be sent' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  thread_busy: { status: 409, title: 'The thread has an active run' },
  thread_exists: { status: 409, title: 'A thread with this id exists' },
  assistant_in_use: { status: 409, title: 'Threads use this assistant' },
  state_conflict: { status: 409, title: 'It was changed at the same time' },
  run_not_waiting: { status: 409, title: 'The run does not wait for tool outputs' },
  run_not_retryable: { status: 409, title: 'The run has not ended, or has completed' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  uri_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json in UTF-8' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  validation_failed: { status: 422, title: 'The request is not valid' },
  reference_not_found: { status: 422, title: 'The request names something that does not exist' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  tool_outputs_invalid: { status: 422, title: 'The tool outputs do not match the calls' },
  too_deep: { status: 422, title: 'The body is nested too deeply' },
  too_many_keys: { status: 422, title: 'The body has too many keys' },
  too_many_queued_runs: { status: 429, title: 'Too many runs are queued' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  database_unavailable: { status: 503, title: 'The database cannot be reached' },
  queue_unavailable: { status: 503, title: 'The queue cannot be reached' },
  stopping: { status: 503, title: 'The server is stopping' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

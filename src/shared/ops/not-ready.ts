/** Why a process cannot serve, in words that anybody may read: no address, no secret. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** Thrown when a saga's replica lost the lead while it worked; its transaction is rolled back. */
export class SagaFencedError extends Error {
  override readonly name = 'SagaFencedError';
}

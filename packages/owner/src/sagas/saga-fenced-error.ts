/** A saga's replica lost the lead while it worked; what it did is rolled back. */
export class SagaFencedError extends Error {
  override readonly name = 'SagaFencedError';
}

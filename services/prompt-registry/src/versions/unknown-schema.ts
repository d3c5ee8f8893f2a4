/** Says, out of a change, that it needs what nobody has inferred yet: that may take long, so it is done while nothing is locked. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema';
}

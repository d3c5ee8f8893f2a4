/** A fault of content that has a place in it, such as `messages.0.role`. In an input schema, places are paths of variables. */
import { ApiError } from '@px0/service-kit/errors';

export class PlaceFault extends ApiError {
  readonly place: string;
  readonly reason: string;

  constructor(
    code: 'invalidMessages' | 'invalidConfig' | 'invalidInputSchema',
    place: string,
    reason: string,
  ) {
    super(code, { detail: `${place}: ${reason}` });
    this.place = place;
    this.reason = reason;
  }
}

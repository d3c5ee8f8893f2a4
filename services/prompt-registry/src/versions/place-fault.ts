/** A fault of content that has a place in it, such as `messages.0.role`. */
import { ApiError } from '@px0/service-kit/errors';

export class PlaceFault extends ApiError {
  readonly place: string;
  readonly reason: string;

  constructor(code: 'invalidMessages' | 'invalidConfig', place: string, reason: string) {
    super(code, { detail: `${place}: ${reason}` });
    this.place = place;
    this.reason = reason;
  }
}

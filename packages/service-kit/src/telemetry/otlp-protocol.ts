/** How telemetry is encoded: one of the two forms of OTLP over HTTP. */

export type Signal = 'TRACES' | 'METRICS';

const contentTypes = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;

export type OtlpProtocol = keyof typeof contentTypes;

/** Of a signal, from the standard variables. @throws Error when it is none that px0 speaks, gRPC above all */
export function otlpProtocol(signal: Signal): OtlpProtocol {
  const name = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const given = process.env[name] || process.env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf';
  if (given === 'http/protobuf' || given === 'http/json') return given;
  throw new Error(
    `px0 exports over http/protobuf or http/json: set OTEL_EXPORTER_OTLP_PROTOCOL to one of them, not to ${given}.`,
  );
}

export function otlpContentType(signal: Signal): string {
  return contentTypes[otlpProtocol(signal)];
}

import { afterEach, expect, it, vi } from 'vitest';
import { otlpProtocol } from './otlp-protocol.ts';

afterEach(() => vi.unstubAllEnvs());

it('is protobuf unless a variable says otherwise, that of the signal first', () => {
  expect(otlpProtocol('TRACES')).toBe('http/protobuf');
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf');
  expect([otlpProtocol('TRACES'), otlpProtocol('METRICS')]).toEqual(['http/protobuf', 'http/json']);
});

it('is not gRPC, and says so', () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc');
  expect(() => otlpProtocol('METRICS')).toThrow(
    'px0 exports over http/protobuf or http/json: set OTEL_EXPORTER_OTLP_PROTOCOL to one of them, not to grpc.',
  );
});

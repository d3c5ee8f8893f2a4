/**
 * The thread in which telemetry leaves the process: it takes encoded requests and posts them, with the endpoint, headers, certificates, compression
 * and retries that the standard `OTEL_EXPORTER_OTLP_*` variables say.
 */
import { parentPort } from 'node:worker_threads';
import { DiagConsoleLogger, diag } from '@opentelemetry/api';
import { diagLogLevelFromString, ExportResultCode } from '@opentelemetry/core';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import { otlpContentType, type Signal } from './otlp-protocol.ts';

export interface ExportOrder {
  readonly id: number;
  readonly signal: Signal;
  readonly data: Uint8Array;
}

export interface ExportAnswer {
  readonly id: number;
  /** Absent after success. */
  readonly error?: Error;
}

// As the SDK does in the main thread; without the variable nothing is said.
const logLevel = diagLogLevelFromString(process.env['OTEL_LOG_LEVEL']);
if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });

const senders = { TRACES: sender('TRACES', 'v1/traces'), METRICS: sender('METRICS', 'v1/metrics') };

function sender(signal: Signal, path: string) {
  const options = convertLegacyHttpOptions({}, signal, path, { 'Content-Type': otlpContentType(signal) });
  const encoded = { serializeRequest: (data: Uint8Array) => data, deserializeResponse: () => ({}) };
  const counted = { name: signal === 'TRACES' ? 'span' : 'metric_data_point', countItems: () => 1 } as const;
  return createOtlpHttpExportDelegate(options, encoded, 'px0_export_thread', counted, undefined);
}

parentPort?.on('message', ({ id, signal, data }: ExportOrder) => {
  senders[signal].export(data, ({ code, error }) => {
    const answer: ExportAnswer =
      code === ExportResultCode.SUCCESS ? { id } : { id, error: new Error(error?.message ?? 'not exported') };
    parentPort?.postMessage(answer);
  });
});

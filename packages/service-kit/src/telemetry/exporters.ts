/** Exporters for the SDK that encode here and send from the export thread. */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import { type IOtlpExportDelegate, OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { ExportThread } from './export-thread.ts';
import { otlpProtocol, type Signal } from './otlp-protocol.ts';

export function spanExporter(thread: ExportThread): SpanExporter {
  const encoder = otlpProtocol('TRACES') === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  return new OTLPExporterBase(delegate(thread, 'TRACES', (spans) => encoder.serializeRequest(spans)));
}

export function metricExporter(thread: ExportThread): PushMetricExporter {
  const encoder = otlpProtocol('METRICS') === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return new OTLPMetricExporterBase(
    delegate(thread, 'METRICS', (metrics) => encoder.serializeRequest(metrics)),
  );
}

function delegate<Items>(
  thread: ExportThread,
  signal: Signal,
  encode: (items: Items) => Uint8Array | undefined,
): IOtlpExportDelegate<Items> {
  const settled = (): Promise<void> => thread.settled();
  return {
    export(items: Items, done: (result: ExportResult) => void): void {
      const data = encode(items);
      if (data === undefined)
        done({ code: ExportResultCode.FAILED, error: new Error('nothing was encoded') });
      else void thread.send(signal, data).then(done);
    },
    forceFlush: settled,
    shutdown: settled,
    setMetrics: () => undefined,
  };
}

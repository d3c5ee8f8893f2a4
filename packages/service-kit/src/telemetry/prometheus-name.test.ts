import { describe, expect, it } from 'vitest';
import { prometheusLabel, prometheusName, prometheusSeries } from './prometheus-name.ts';

describe('a metric’s name in Prometheus', () => {
  it.each([
    ['http.server.request.duration', 'histogram', 's', 'http_server_request_duration_seconds'],
    ['px0.outbox.owed', 'gauge', '{row}', 'px0_outbox_owed'],
    ['px0.outbox.published', 'counter', '{row}', 'px0_outbox_published_total'],
    ['process.cpu.time', 'counter', 's', 'process_cpu_time_seconds_total'],
    ['nodejs.eventloop.utilization', 'gauge', '1', 'nodejs_eventloop_utilization_ratio'],
    ['v8js.memory.heap.used', 'gauge', 'By', 'v8js_memory_heap_used_bytes'],
    ['db.client.connection.count', 'updown', '{connection}', 'db_client_connection_count'],
  ] as const)('of %s, a %s in %s, is as the Collector makes it', (name, kind, unit, expected) => {
    expect(prometheusName({ name, kind, unit })).toBe(expected);
  });

  it('of a histogram is three series', () => {
    expect(prometheusSeries({ name: 'a.b', kind: 'histogram', unit: 's' })).toEqual([
      'a_b_seconds_bucket',
      'a_b_seconds_sum',
      'a_b_seconds_count',
    ]);
  });

  it('has underscores for the dots of labels', () => {
    expect(prometheusLabel('http.response.status_code')).toBe('http_response_status_code');
  });
});

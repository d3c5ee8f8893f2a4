/**
 * Metrics of programs that are not px0's own, as far as dashboards and rules use them, each list with where it was taken from. A test holds
 * every query against these lists and against what px0's services really emit.
 */
export const foreignMetrics = [
  {
    source: 'Prometheus itself: every scrape writes it',
    names: ['up'],
  },
  {
    source: 'Collector, Prometheus exporter: the resource of each OTLP client',
    names: ['target_info'],
  },
  {
    source: 'Collector, spanmetrics connector with the namespace of deploy/otel-collector/config.yaml',
    names: ['px0_kept_calls_total', 'px0_kept_duration_seconds_bucket'],
  },
  {
    source: 'postgres_exporter 0.11.1 beside Postgres 18, its answer at /metrics',
    names: [
      'pg_up',
      'pg_settings_max_connections',
      'pg_stat_activity_count',
      'pg_stat_activity_max_tx_duration',
      'pg_stat_database_blks_hit',
      'pg_stat_database_blks_read',
      'pg_stat_database_deadlocks',
      'pg_stat_database_tup_deleted',
      'pg_stat_database_tup_inserted',
      'pg_stat_database_tup_updated',
      'pg_stat_database_xact_commit',
      'pg_stat_database_xact_rollback',
      'pg_database_size_bytes',
      'pg_locks_count',
    ],
  },
  {
    source: 'redis_exporter 1.45.0 beside Redis 7, its answer at /metrics',
    names: [
      'redis_up',
      'redis_commands_duration_seconds_total',
      'redis_commands_processed_total',
      'redis_commands_total',
      'redis_connected_clients',
      'redis_evicted_keys_total',
      'redis_memory_max_bytes',
      'redis_memory_used_bytes',
      'redis_rejected_connections_total',
      'redis_db_keys',
    ],
  },
  {
    source:
      'prometheus-nats-exporter started with -varz: gnatsd_varz_ and the keys of https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#general-information-varz',
    names: [
      'gnatsd_varz_connections',
      'gnatsd_varz_cpu',
      'gnatsd_varz_in_bytes',
      'gnatsd_varz_in_msgs',
      'gnatsd_varz_mem',
      'gnatsd_varz_out_bytes',
      'gnatsd_varz_out_msgs',
      'gnatsd_varz_slow_consumers',
    ],
  },
  {
    source:
      'prometheus-nats-exporter started with -jsz=streams: https://github.com/nats-io/prometheus-nats-exporter/blob/main/collector/jsz.go',
    names: [
      'jetstream_server_jetstream_disabled',
      'jetstream_server_max_storage',
      'jetstream_server_total_message_bytes',
      'jetstream_stream_consumer_count',
      'jetstream_stream_first_seq',
      'jetstream_stream_last_seq',
      'jetstream_stream_total_bytes',
      'jetstream_stream_total_messages',
    ],
  },
] as const;

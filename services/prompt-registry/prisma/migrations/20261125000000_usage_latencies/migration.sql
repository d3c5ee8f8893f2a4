-- How long renders took, beside how many there were: one count for each latency bucket of the usage messages. Empty: not known.
alter table render_usage add column latencies bigint[] not null default '{}';

-- Adds two histograms bucket by bucket; a shorter one counts as zero in the buckets that it lacks.
create function add_counts(a bigint[], b bigint[]) returns bigint[] language sql immutable as $$
  select coalesce(array_agg(coalesce(x, 0) + coalesce(y, 0) order by bucket), '{}')
  from unnest(a, b) with ordinality as buckets (x, y, bucket)
$$;

create aggregate sum_counts(bigint[]) (sfunc = add_counts, stype = bigint[], initcond = '{}');

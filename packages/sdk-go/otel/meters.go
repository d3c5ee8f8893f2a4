package px0otel

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// mostNames bounds the series of a counter: renders of further prompts are counted without a name.
const mostNames = 200

const attributeState = "px0.state"

type meters struct {
	meter    metric.Meter
	renders  metric.Int64Counter
	duration metric.Float64Histogram

	state     metric.Int64ObservableGauge
	staleness metric.Float64ObservableGauge
	prompts   metric.Int64ObservableGauge
	repairs   metric.Int64ObservableCounter

	// Of the prompts that are named. The map is replaced and not changed.
	names atomic.Pointer[map[string]bool]
}

func newMeters(meter metric.Meter) (*meters, error) {
	m := &meters{meter: meter}
	m.names.Store(&map[string]bool{})
	var err error
	failed := func(from error) bool { err = from; return err != nil }
	var from error
	if m.renders, from = meter.Int64Counter("px0.client.renders", metric.WithUnit("{render}"),
		metric.WithDescription("Renders, by where the text comes from and how they ended.")); failed(from) {
		return nil, err
	}
	if m.duration, from = meter.Float64Histogram("px0.client.render.duration", metric.WithUnit("s"),
		metric.WithDescription("How long renders took."),
		metric.WithExplicitBucketBoundaries(0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05,
			0.1, 0.25, 0.5, 1, 2.5, 5)); failed(from) {
		return nil, err
	}
	if m.state, from = meter.Int64ObservableGauge("px0.client.state",
		metric.WithDescription("The state of the client: 1 for the one it is in.")); failed(from) {
		return nil, err
	}
	if m.staleness, from = meter.Float64ObservableGauge("px0.client.staleness", metric.WithUnit("s"),
		metric.WithDescription("How long ago px0 confirmed what is held.")); failed(from) {
		return nil, err
	}
	if m.prompts, from = meter.Int64ObservableGauge("px0.client.prompts", metric.WithUnit("{prompt}"),
		metric.WithDescription("Prompts that are held.")); failed(from) {
		return nil, err
	}
	if m.repairs, from = meter.Int64ObservableCounter("px0.client.repairs", metric.WithUnit("{repair}"),
		metric.WithDescription("How often what was delivered did not add up, and was asked for again.")); failed(from) {
		return nil, err
	}
	return m, nil
}

func (m *meters) rendered(ctx context.Context, slug string, result px0.Result, err error, took time.Duration) {
	attributes := []attribute.KeyValue{attribute.String(px0.AttributeOutcome, px0.Outcome(err))}
	if err == nil {
		attributes = append(attributes, attribute.String(px0.AttributeSource, string(result.Source)))
	}
	m.duration.Record(ctx, took.Seconds(), metric.WithAttributes(attributes...))
	// A slug that px0 does not have may be anything.
	if err == nil && m.isNamed(slug) {
		attributes = append(attributes, attribute.String(px0.AttributePromptName, slug))
	}
	m.renders.Add(ctx, 1, metric.WithAttributes(attributes...))
}

// isNamed tells whether a prompt is one of the first.
func (m *meters) isNamed(slug string) bool {
	for {
		names := m.names.Load()
		if (*names)[slug] {
			return true
		}
		if len(*names) >= mostNames {
			return false
		}
		more := maps.Clone(*names)
		more[slug] = true
		if m.names.CompareAndSwap(names, &more) {
			return true
		}
	}
}

func (m *meters) watch(status func() px0.Status) (stop func()) {
	observe := func(_ context.Context, observer metric.Observer) error {
		now := status()
		observer.ObserveInt64(m.state, 1, metric.WithAttributes(attribute.String(attributeState, string(now.State))))
		observer.ObserveFloat64(m.staleness, now.Age.Seconds())
		observer.ObserveInt64(m.prompts, int64(now.Prompts))
		observer.ObserveInt64(m.repairs, int64(now.Repairs))
		return nil
	}
	registration, err := m.meter.RegisterCallback(observe, m.state, m.staleness, m.prompts, m.repairs)
	if err != nil {
		return nil
	}
	return func() { _ = registration.Unregister() }
}

package px0otel

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// mostNames bounds the series of a counter: renders of further prompts are counted without a name.
const mostNames = 200

const attributeState = "px0.state"

// states are those of clients that are open.
var states = []px0.State{
	px0.StateInitializing, px0.StateReady, px0.StateStale, px0.StateOffline, px0.StateRefused,
}

type meters struct {
	renders  metric.Int64Counter
	duration metric.Float64Histogram

	state     metric.Int64ObservableGauge
	staleness metric.Float64ObservableGauge
	prompts   metric.Int64ObservableGauge
	repairs   metric.Int64ObservableCounter

	// Of the prompts that are named. The map is replaced and not changed.
	names atomic.Pointer[map[string]bool]

	mu      sync.Mutex
	last    int
	clients map[int]func() px0.Status
	// A counter that falls is read as a restart.
	repairsOfClosed int64
}

func newMeters(meter metric.Meter) (*meters, error) {
	m := &meters{clients: map[int]func() px0.Status{}}
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
	if m.state, from = meter.Int64ObservableGauge("px0.client.state", metric.WithUnit("{client}"),
		metric.WithDescription("Clients that hold prompts, by their state.")); failed(from) {
		return nil, err
	}
	if m.staleness, from = meter.Float64ObservableGauge("px0.client.staleness", metric.WithUnit("s"),
		metric.WithDescription("How long ago px0 confirmed what is held; the longest of all clients.")); failed(from) {
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
	// For as long as the application observes anything.
	if _, from = meter.RegisterCallback(m.observe, m.state, m.staleness, m.prompts, m.repairs); failed(from) {
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

// watch adds a client: of two that observe the same only the last would count, so there are sums.
func (m *meters) watch(status func() px0.Status) (stop func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	key := m.last
	m.clients[key] = status
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if _, isWatched := m.clients[key]; isWatched {
			m.repairsOfClosed += int64(status().Repairs)
			delete(m.clients, key)
		}
	}
}

// statuses are those of the open clients, with the repairs of all others.
func (m *meters) statuses() (all []px0.Status, repairsOfClosed int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, status := range m.clients {
		all = append(all, status())
	}
	return all, m.repairsOfClosed
}

func (m *meters) observe(_ context.Context, observer metric.Observer) error {
	clients := map[px0.State]int64{}
	statuses, repairs := m.statuses()
	var prompts int64
	var staleness time.Duration
	for _, status := range statuses {
		clients[status.State]++
		prompts, repairs = prompts+int64(status.Prompts), repairs+int64(status.Repairs)
		staleness = max(staleness, status.Age)
	}
	// Each of the states: what is not observed any more keeps its last value.
	for _, state := range states {
		observer.ObserveInt64(m.state, clients[state], metric.WithAttributes(attribute.String(attributeState, string(state))))
	}
	// 0 where px0 has confirmed nothing yet.
	if staleness > 0 {
		observer.ObserveFloat64(m.staleness, staleness.Seconds())
	}
	observer.ObserveInt64(m.prompts, prompts)
	observer.ObserveInt64(m.repairs, repairs)
	return nil
}

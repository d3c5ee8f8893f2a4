package px0otel

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

var revision = base64.RawURLEncoding.EncodeToString([]byte("1:1:1"))

// telemetry is a client of a played px0, which has the prompt greeting, and what it tells OpenTelemetry.
type telemetry struct {
	client *px0.Client
	spans  *tracetest.SpanRecorder
	tracer trace.Tracer
	reader *sdkmetric.ManualReader
}

func observe(t *testing.T, options ...Option) *telemetry {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Px0-Revision", revision)
		if !strings.Contains(r.URL.Path, "greeting") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"prompt not found"}`)
			return
		}
		fmt.Fprint(w, `{"rendered":"Hello Ada","version":7,"slug":"greeting","tags":[]}`)
	}))
	t.Cleanup(server.Close)
	made := &telemetry{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor()), sdktrace.WithSpanProcessor(made.spans))
	made.tracer = tracers.Tracer("test")
	usual := []Option{WithTracerProvider(tracers), WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(made.reader)))}
	observer, err := NewObserver(append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	made.client, err = px0.New(px0.WithHost(server.URL), px0.WithAccessToken("ak_test"), px0.WithMode(px0.ModeRemote), px0.WithoutCache(),
		px0.WithFallbacks(map[string]string{"greeting": "Hi"}), px0.WithObserver(observer))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.client.Close() })
	return made
}

func (m *telemetry) render(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := m.client.Render(ctx, "greeting", px0.Vars{"name": "Ada"}); err != nil {
		t.Fatal(err)
	}
}

// span gives the attributes of an ended span, as texts.
func (m *telemetry) span(t *testing.T, name string) map[string]string {
	t.Helper()
	for _, span := range m.spans.Ended() {
		if span.Name() == name {
			made := map[string]string{}
			for _, each := range span.Attributes() {
				made[string(each.Key)] = each.Value.Emit()
			}
			return made
		}
	}
	t.Fatalf("there is no span %s", name)
	return nil
}

var ofTheRender = map[string]string{
	"gen_ai.prompt.name": "greeting", "gen_ai.prompt.version": "7", "px0.source": "live", "px0.stale": "false", "px0.age_ms": "0",
	"px0.revision": revision,
}

func expect(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, and not %v", what, got, want)
	}
}

func TestTheCurrentSpanSaysWhatWasRendered(t *testing.T) {
	m := observe(t)
	ctx, span := m.tracer.Start(context.Background(), "request")
	m.render(t, ctx)
	span.End()
	expect(t, "request", m.span(t, "request"), ofTheRender)
	if ended := len(m.spans.Ended()); ended != 1 {
		t.Errorf("%d spans have ended", ended)
	}
}

func TestASpanOfItsOwnIsAnOption(t *testing.T) {
	m := observe(t, WithSpans())
	ctx, span := m.tracer.Start(context.Background(), "request")
	m.render(t, ctx)
	if _, err := m.client.Render(ctx, "unknown", nil); err == nil {
		t.Error("an unknown prompt was rendered")
	}
	span.End()
	expect(t, "px0.render", m.span(t, "px0.render"), ofTheRender)
	expect(t, "request", m.span(t, "request"), ofTheRender)
	failed := m.spans.Ended()[1]
	if failed.Name() != "px0.render" || failed.Status().Code != codes.Error || failed.Status().Description != "" {
		t.Errorf("the span of the failure is %v", failed)
	}
}

func TestTheModelsCallCarriesThePrompt(t *testing.T) {
	m := observe(t)
	ctx, span := m.tracer.Start(context.Background(), "request")
	m.render(t, ctx)
	start := func(name string, options ...trace.SpanStartOption) {
		_, inner := m.tracer.Start(ctx, name, options...)
		inner.End()
	}
	model := attribute.String("gen_ai.request.model", "gpt-x")
	start("chat", trace.WithAttributes(model))
	start("late")
	start("own", trace.WithAttributes(model, attribute.String("gen_ai.prompt.version", "8")))
	start("http", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("http.request.method", "POST")))
	// A step of the application between the two.
	ctx, step := m.tracer.Start(ctx, "step")
	start("deep", trace.WithAttributes(model))
	step.End()
	span.End()
	with := func(more map[string]string) map[string]string {
		made := map[string]string{}
		for _, each := range []map[string]string{ofTheRender, more} {
			for key, value := range each {
				made[key] = value
			}
		}
		return made
	}
	expect(t, "chat", m.span(t, "chat"), with(map[string]string{"gen_ai.request.model": "gpt-x"}))
	expect(t, "late", m.span(t, "late"), ofTheRender)
	expect(t, "own", m.span(t, "own"), with(map[string]string{"gen_ai.request.model": "gpt-x", "gen_ai.prompt.version": "8"}))
	expect(t, "http", m.span(t, "http"), map[string]string{"http.request.method": "POST"})
	expect(t, "deep", m.span(t, "deep"), with(map[string]string{"gen_ai.request.model": "gpt-x"}))
}

// metrics gives the points of all instruments, each by its attributes.
func (m *telemetry) metrics(t *testing.T) map[string]map[string]string {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := m.reader.Collect(context.Background(), &collected); err != nil {
		t.Fatal(err)
	}
	made := map[string]map[string]string{}
	for _, scope := range collected.ScopeMetrics {
		for _, each := range scope.Metrics {
			made[each.Name] = map[string]string{}
			add := func(attributes attribute.Set, value any) {
				made[each.Name][attributes.Encoded(attribute.DefaultEncoder())] = fmt.Sprint(value)
			}
			switch data := each.Data.(type) {
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, point.Value)
				}
			case metricdata.Gauge[int64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, point.Value)
				}
			case metricdata.Gauge[float64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, point.Value)
				}
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					add(point.Attributes, point.Count)
				}
			}
		}
	}
	return made
}

func TestRendersAreMeasured(t *testing.T) {
	m := observe(t)
	m.render(t, context.Background())
	m.render(t, context.Background())
	_, _ = m.client.Render(context.Background(), "unknown", nil)
	metrics := m.metrics(t)
	expect(t, "renders", metrics["px0.client.renders"], map[string]string{
		"gen_ai.prompt.name=greeting,px0.outcome=ok,px0.source=live": "2", "px0.outcome=not_found": "1",
	})
	expect(t, "durations", metrics["px0.client.render.duration"], map[string]string{
		"px0.outcome=ok,px0.source=live": "2", "px0.outcome=not_found": "1",
	})
	// It holds nothing, and has no state of its own.
	expect(t, "states", metrics["px0.client.state"], statesWith(nil))
}

// statesWith gives the points of all states, 0 unless given.
func statesWith(given map[string]string) map[string]string {
	points := map[string]string{}
	for _, state := range []string{"closed", "initializing", "offline", "ready", "refused", "stale"} {
		if points["px0.state="+state] = "0"; given[state] != "" {
			points["px0.state="+state] = given[state]
		}
	}
	return points
}

func TestClientsThatHoldPromptsAreObserved(t *testing.T) {
	m := &telemetry{reader: sdkmetric.NewManualReader()}
	observer, err := NewObserver(WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(m.reader))))
	if err != nil {
		t.Fatal(err)
	}
	stop := observer.Watch(func() px0.Status {
		return px0.Status{State: px0.StateStale, Age: 1500 * time.Millisecond, Prompts: 3, Repairs: 2}
	})
	observer.Watch(func() px0.Status { return px0.Status{State: px0.StateReady, Age: time.Second, Prompts: 4} })
	metrics := m.metrics(t)
	for name, want := range map[string]map[string]string{
		"state": statesWith(map[string]string{"stale": "1", "ready": "1"}), "staleness": {"": "1.5"}, "prompts": {"": "7"}, "repairs": {"": "2"},
	} {
		expect(t, name, metrics["px0.client."+name], want)
	}
	stop()
	expect(t, "states", m.metrics(t)["px0.client.state"], statesWith(map[string]string{"ready": "1"}))
}

func TestOnlyTheFirstPromptsAreNamed(t *testing.T) {
	m := &meters{}
	m.names.Store(&map[string]bool{})
	for number := range mostNames {
		if !m.isNamed(fmt.Sprint(number)) {
			t.Fatalf("prompt %d has no name", number)
		}
	}
	if m.isNamed("another") || !m.isNamed("0") {
		t.Error("another than the first prompts is named")
	}
}

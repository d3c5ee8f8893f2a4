package px0otel

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
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

// secret is the value of a variable.
const secret = "4111-1111"

var revision = base64.RawURLEncoding.EncodeToString([]byte("1:1:1"))

// telemetry is a client of a played px0, which has the prompt greeting, and what it tells OpenTelemetry.
type telemetry struct {
	client *px0.Client
	spans  *tracetest.SpanRecorder
	tracer trace.Tracer
	// That of the tracer.
	tracers trace.TracerProvider
	reader  *sdkmetric.ManualReader
}

func observe(t *testing.T, options ...Option) *telemetry {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Px0-Revision", revision)
		if strings.Contains(r.URL.Path, "away") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if !strings.Contains(r.URL.Path, "greeting") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"prompt not found"}`)
			return
		}
		if request, _ := io.ReadAll(r.Body); strings.Contains(string(request), secret) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprintf(w, `{"error":"template execution failed: %s"}`, secret)
			return
		}
		fmt.Fprint(w, `{"rendered":"Hello Ada","version":7,"slug":"greeting","tags":[]}`)
	}))
	t.Cleanup(server.Close)
	made := &telemetry{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor()), sdktrace.WithSpanProcessor(made.spans))
	made.tracers, made.tracer = tracers, tracers.Tracer("test")
	usual := []Option{WithTracerProvider(tracers), WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(made.reader)))}
	observer, err := NewObserver(append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	made.client, err = px0.New(px0.WithHost(server.URL), px0.WithAccessToken("ak_test"), px0.WithMode(px0.ModeRemote), px0.WithoutCache(),
		px0.WithFallbacks(map[string]string{"greeting": "Hi", "away": "Hi"}), px0.WithObserver(observer))
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

func TestOnlyWhatARenderHasLeftIsCarried(t *testing.T) {
	m := observe(t)
	for name, attributes := range map[string][]attribute.KeyValue{
		"no prompt": {attribute.String("px0.source", "live"), attribute.String("gen_ai.prompt.version", "7")},
		"content": {
			attribute.String("gen_ai.prompt.name", "greeting"), attribute.String("gen_ai.prompt.variable.name", secret),
			attribute.String("gen_ai.prompt.version", ""), attribute.Int64("px0.age_ms", 0),
		},
	} {
		ctx, span := m.tracer.Start(context.Background(), "above", trace.WithAttributes(attributes...))
		_, inner := m.tracer.Start(ctx, name)
		inner.End()
		span.End()
	}
	expect(t, "no prompt", m.span(t, "no prompt"), map[string]string{})
	expect(t, "content", m.span(t, "content"), map[string]string{"gen_ai.prompt.name": "greeting", "px0.age_ms": "0"})
}

func TestASpanNamesNoPromptWithTheVersionOfAnother(t *testing.T) {
	m := observe(t)
	ctx, span := m.tracer.Start(context.Background(), "request")
	m.render(t, ctx)
	result, err := m.client.Render(ctx, "away", nil)
	if err != nil || result.Source != px0.SourceFallback {
		t.Fatal(result, err)
	}
	_, inner := m.tracer.Start(ctx, "chat", trace.WithAttributes(attribute.String("gen_ai.request.model", "gpt-x")))
	inner.End()
	span.End()
	ofTheFallback := map[string]string{"gen_ai.prompt.name": "away", "px0.source": "fallback", "px0.stale": "true", "px0.age_ms": "0"}
	emptied := maps.Clone(ofTheFallback)
	emptied["gen_ai.prompt.version"], emptied["px0.revision"] = "", ""
	expect(t, "request", m.span(t, "request"), emptied)
	ofTheFallback["gen_ai.request.model"] = "gpt-x"
	expect(t, "chat", m.span(t, "chat"), ofTheFallback)
}

func TestNoSpanHoldsTheValueOfAVariable(t *testing.T) {
	m := observe(t, WithSpans())
	ctx, span := m.tracer.Start(context.Background(), "request")
	_, err := m.client.Render(ctx, "greeting", px0.Vars{"name": secret})
	if err == nil || !strings.Contains(err.Error(), secret) {
		t.Fatal(err)
	}
	span.End()
	expect(t, "px0.render", m.span(t, "px0.render"), map[string]string{"gen_ai.prompt.name": "greeting", "px0.outcome": "invalid"})
	expect(t, "request", m.span(t, "request"), map[string]string{})
	for _, span := range tracetest.SpanStubsFromReadOnlySpans(m.spans.Ended()) {
		if text := fmt.Sprintf("%+v", span); strings.Contains(text, secret) || len(span.Events) > 0 {
			t.Error(text)
		}
	}
	if text := fmt.Sprint(m.metrics(t)); strings.Contains(text, secret) {
		t.Error(text)
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
	start("late", trace.WithSpanKind(trace.SpanKindClient))
	start("own", trace.WithAttributes(model, attribute.String("gen_ai.prompt.version", "8")))
	start("http", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("http.request.method", "POST")))
	start("serve", trace.WithSpanKind(trace.SpanKindServer))
	start("serve a model", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(model))
	start("px0.render")
	_, request := m.tracers.Tracer(scopeOfHTTP).Start(ctx, "HTTP POST", trace.WithSpanKind(trace.SpanKindClient))
	request.End()
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
	for _, name := range []string{"serve", "px0.render", "HTTP POST"} {
		expect(t, name, m.span(t, name), map[string]string{})
	}
	expect(t, "serve a model", m.span(t, "serve a model"), with(map[string]string{"gen_ai.request.model": "gpt-x"}))
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
	for _, state := range []string{"initializing", "offline", "ready", "refused", "stale"} {
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
	stop()
	metrics = m.metrics(t)
	expect(t, "states", metrics["px0.client.state"], statesWith(map[string]string{"ready": "1"}))
	// A counter does not fall.
	expect(t, "repairs", metrics["px0.client.repairs"], map[string]string{"": "2"})
}

func TestWhatPx0HasNeverConfirmedHasNoStaleness(t *testing.T) {
	m := &telemetry{reader: sdkmetric.NewManualReader()}
	observer, err := NewObserver(WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(m.reader))))
	if err != nil {
		t.Fatal(err)
	}
	observer.Watch(func() px0.Status { return px0.Status{State: px0.StateOffline} })
	metrics := m.metrics(t)
	expect(t, "states", metrics["px0.client.state"], statesWith(map[string]string{"offline": "1"}))
	expect(t, "staleness", metrics["px0.client.staleness"], map[string]string{})
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

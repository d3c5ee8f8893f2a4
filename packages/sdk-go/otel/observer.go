// Package px0otel tells OpenTelemetry what a px0 client does: attributes on the current span, spans if wanted, and metrics. A SpanProcessor has
// the span of a model's call carry the prompt and its version, whatever instruments the call.
package px0otel

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	scope        = "github.com/px0/px0/packages/sdk-go/otel"
	spanOfRender = "px0.render"
)

// Option sets up an observer.
type Option func(*settings)

type settings struct {
	meters   metric.MeterProvider
	tracers  trace.TracerProvider
	hasSpans bool
}

// WithMeterProvider sets where metrics go; default: OpenTelemetry's global provider.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(s *settings) { s.meters = provider }
}

// WithTracerProvider sets where spans go; default: OpenTelemetry's global provider.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(s *settings) { s.tracers = provider }
}

// WithSpans makes a span, px0.render, of each render; default: none, and only the attributes of the current span.
func WithSpans() Option { return func(s *settings) { s.hasSpans = true } }

// Observer is for px0.WithObserver. Several clients may share it, and then must: of two observers of one provider only the last would count.
type Observer struct {
	meters *meters
	// nil without spans.
	tracer trace.Tracer
}

var _ px0.Observer = (*Observer)(nil)

// NewObserver makes an observer. The error is that of a meter provider that does not make the instruments.
func NewObserver(options ...Option) (*Observer, error) {
	s := settings{meters: otel.GetMeterProvider(), tracers: otel.GetTracerProvider()}
	for _, option := range options {
		option(&s)
	}
	made, err := newMeters(s.meters.Meter(scope, metric.WithInstrumentationVersion(px0.Version)))
	if err != nil {
		return nil, fmt.Errorf("px0: the metrics cannot be made: %w", err)
	}
	o := &Observer{meters: made}
	if s.hasSpans {
		o.tracer = s.tracers.Tracer(scope, trace.WithInstrumentationVersion(px0.Version))
	}
	return o, nil
}

// Render is called by the client.
func (o *Observer) Render(ctx context.Context, slug string) (context.Context, func(px0.Result, error)) {
	began := time.Now()
	current := trace.SpanFromContext(ctx)
	inside := ctx
	var own trace.Span
	if o.tracer != nil {
		inside, own = o.tracer.Start(ctx, spanOfRender, trace.WithSpanKind(trace.SpanKindInternal))
	}
	return inside, func(result px0.Result, err error) {
		o.meters.rendered(ctx, slug, result, err, time.Since(began))
		if err == nil && current.IsRecording() {
			attributes := attributesOf(result)
			current.SetAttributes(append(attributes, leftOn(current, attributes)...)...)
		}
		if own != nil {
			finish(own, slug, result, err)
		}
	}
}

func finish(span trace.Span, slug string, result px0.Result, err error) {
	if err == nil {
		span.SetAttributes(attributesOf(result)...)
	} else {
		span.SetAttributes(attribute.String(px0.AttributePromptName, slug), attribute.String(px0.AttributeOutcome, px0.Outcome(err)))
		// Without its words, which may hold the value of a variable.
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// leftOn empties what an earlier render has told a span and this one does not: no attribute can be taken back, and no version of another prompt may
// stand beside this one's name.
func leftOn(span trace.Span, attributes []attribute.KeyValue) []attribute.KeyValue {
	earlier, isReadable := span.(sdktrace.ReadOnlySpan)
	if !isReadable || len(attributes) == len(ofRender) {
		return nil
	}
	var left []attribute.KeyValue
	for _, each := range earlier.Attributes() {
		switch {
		case !slices.Contains(ofRender, each.Key) || has(attributes, each.Key):
		case each.Key == px0.AttributeAge:
			left = append(left, each.Key.Int64(0))
		default:
			left = append(left, each.Key.String(""))
		}
	}
	return left
}

// Watch is called by the client.
func (o *Observer) Watch(status func() px0.Status) (stop func()) { return o.meters.watch(status) }

// attributesOf gives the attributes of a result, in an order that stays.
func attributesOf(result px0.Result) []attribute.KeyValue {
	attributes := []attribute.KeyValue{
		attribute.String(px0.AttributePromptName, result.Slug),
		attribute.String(px0.AttributeSource, string(result.Source)),
		attribute.Bool(px0.AttributeStale, result.Stale),
	}
	if result.Source != px0.SourceFallback {
		attributes = append(attributes, attribute.Int64(px0.AttributeAge, result.Age.Milliseconds()))
	}
	if result.Version != 0 {
		attributes = append(attributes, attribute.String(px0.AttributePromptVersion, strconv.Itoa(result.Version)))
	}
	if result.PromptID != "" {
		attributes = append(attributes, attribute.String(px0.AttributePromptID, result.PromptID))
	}
	if result.Revision != "" {
		attributes = append(attributes, attribute.String(px0.AttributeRevision, result.Revision))
	}
	return attributes
}

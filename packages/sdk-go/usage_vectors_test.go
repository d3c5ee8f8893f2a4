//go:build go1.25

package px0

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What the SDKs of all languages count, and which service they say that they are.
const usageVectors = "../delivery/test/vectors/usage.json"

type usageCase struct {
	ID      string
	Options struct {
		Usage   Usage
		Service struct{ Name, Version string }
	}
	Steps []usageStep
}

type usageStep struct {
	At     int
	Render *struct {
		PromptID   string `json:"prompt_id"`
		Slug       string
		Version    int
		Source     Source
		Failed     bool
		DurationMS float64 `json:"duration_ms"`
		Variables  []json.RawMessage
	}
	Times    *int
	From, To int
	Request  *struct {
		Reports []map[string]any
		Windows []int
	}
	Answer  json.RawMessage
	Warning *int
	Close   bool
	Closed  *bool
}

func TestUsage(t *testing.T) {
	if _, err := os.Stat(usageVectors); err != nil {
		t.Skip("this module stands outside of px0's repository")
	}
	var cases []usageCase
	if err := json.Unmarshal([]byte(readFile(t, usageVectors)), &cases); err != nil {
		t.Fatal(err)
	}
	for _, each := range cases {
		t.Run(each.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { (&usagePlayer{t: t}).play(each) })
		})
	}
}

// usagePlayer plays a case: a client's usage, whose time and network it drives.
type usagePlayer struct {
	t     *testing.T
	usage *usage

	mu       sync.Mutex
	waiting  []*playedUsage
	warnings int
	closed   chan struct{}
}

type playedUsage struct {
	at     time.Time
	body   []byte
	answer chan int
}

var errPlayedUnreachable = errors.New("unreachable")

func (p *usagePlayer) play(each usageCase) {
	time.Sleep(time.Until(scenarioStart))
	s := usualSettings()
	s.usage, s.random = each.Options.Usage, func() float64 { return 0.5 }
	s.service = serviceText(each.Options.Service.Name, longestService)
	s.serviceVersion = serviceText(each.Options.Service.Version, longestServiceVersion)
	s.warn = func(string) { p.mu.Lock(); p.warnings++; p.mu.Unlock() }
	p.usage = newUsage(s, nil)
	if p.usage != nil {
		p.usage.post = p.post
	}
	defer p.usage.close()
	for _, step := range each.Steps {
		time.Sleep(time.Until(scenarioStart.Add(time.Duration(step.At) * time.Millisecond)))
		p.step(step)
		if p.t.Failed() {
			break
		}
	}
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 && !p.t.Failed() {
		p.t.Errorf("an unexpected request: %s", p.waiting[0].body)
	}
}

func (p *usagePlayer) post(ctx context.Context, body []byte) (int, error) {
	made := &playedUsage{at: time.Now(), body: body, answer: make(chan int, 1)}
	p.mu.Lock()
	p.waiting = append(p.waiting, made)
	p.mu.Unlock()
	select {
	case status := <-made.answer:
		if status == 0 {
			return 0, errPlayedUnreachable
		}
		return status, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (p *usagePlayer) step(step usageStep) {
	switch {
	case step.Render != nil:
		p.render(step)
		return
	case step.Request != nil:
		synctest.Wait()
		p.request(step)
	case step.Warning != nil:
		synctest.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		expect(p.t, p.warnings, *step.Warning)
		p.warnings = 0
	case step.Close:
		p.closed = make(chan struct{})
		go func() { p.usage.close(); close(p.closed) }()
	case step.Closed != nil:
		synctest.Wait()
		isClosed := false
		select {
		case <-p.closed:
			isClosed = true
		default:
		}
		expect(p.t, isClosed, *step.Closed)
	}
	synctest.Wait()
}

func numbered(text string, number int) string {
	return strings.ReplaceAll(text, "{n}", fmt.Sprintf("%05d", number))
}

// textsOf gives a list in which a range may stand for many.
func textsOf(t *testing.T, given []json.RawMessage) []string {
	texts := []string{}
	for _, each := range given {
		var text string
		if json.Unmarshal(each, &text) == nil {
			texts = append(texts, text)
			continue
		}
		var many struct {
			Text     string
			From, To int
		}
		if err := json.Unmarshal(each, &many); err != nil {
			t.Fatal(err)
		}
		for number := many.From; number <= many.To; number++ {
			texts = append(texts, numbered(many.Text, number))
		}
	}
	return texts
}

func (p *usagePlayer) render(step usageStep) {
	r := step.Render
	times := 1
	if step.Times != nil {
		times = *step.Times
	}
	variables := map[string]any{}
	for _, name := range textsOf(p.t, r.Variables) {
		variables[name] = true
	}
	took := time.Duration(r.DurationMS * float64(time.Millisecond))
	for number := step.From; number <= max(step.From, step.To); number++ {
		made := &call{}
		made.counts(numbered(r.PromptID, number), numbered(r.Slug, number), r.Version, r.Source)
		for range times {
			p.usage.count(&made.counted, r.Failed, took, variables)
		}
	}
}

func (p *usagePlayer) request(step usageStep) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.t.Fatalf("at %d: no request was made", step.At)
	}
	made := p.waiting[0]
	p.waiting = p.waiting[1:]
	expect(p.t, int(made.at.Sub(scenarioStart).Milliseconds()), step.At)
	var body struct{ Reports []map[string]any }
	if err := json.Unmarshal(made.body, &body); err != nil {
		p.t.Fatal(err)
	}
	windows := []int{}
	for _, report := range body.Reports {
		number, _ := report["window"].(float64)
		windows = append(windows, int(number))
		expect[any](p.t, report["process"], p.usage.process)
		expect[any](p.t, report["sdk"], "px0-go/"+Version)
		delete(report, "process")
		delete(report, "sdk")
	}
	if step.Request.Windows != nil {
		expect(p.t, windows, step.Request.Windows)
	} else {
		expect(p.t, body.Reports, p.expected(step.Request.Reports))
	}
	var answer struct{ Status int }
	switch string(step.Answer) {
	case `"never"`:
		return
	case `"unreachable"`:
	default:
		if err := json.Unmarshal(step.Answer, &answer); err != nil {
			p.t.Fatal(err)
		}
	}
	made.answer <- answer.Status
}

// expected gives reports without ranges.
func (p *usagePlayer) expected(reports []map[string]any) []map[string]any {
	var given []struct {
		Rows []struct {
			Row      json.RawMessage
			From, To int
		}
	}
	var plain []struct{ Rows []json.RawMessage }
	text := []byte(asText(reports))
	if json.Unmarshal(text, &given) != nil || json.Unmarshal(text, &plain) != nil {
		p.t.Fatal("the case has another form")
	}
	for i, report := range reports {
		rows := []any{}
		for k, row := range given[i].Rows {
			if row.Row == nil {
				rows = append(rows, p.row(plain[i].Rows[k]))
			}
			for number := row.From; row.Row != nil && number <= row.To; number++ {
				rows = append(rows, p.row([]byte(numbered(string(row.Row), number))))
			}
		}
		report["rows"] = rows
	}
	return reports
}

func (p *usagePlayer) row(text []byte) map[string]any {
	var row map[string]any
	var names struct{ Variables []json.RawMessage }
	if json.Unmarshal(text, &row) != nil || json.Unmarshal(text, &names) != nil {
		p.t.Fatal("the case has another form")
	}
	variables := []any{}
	for _, name := range textsOf(p.t, names.Variables) {
		variables = append(variables, name)
	}
	row["variables"] = variables
	return row
}

func TestServices(t *testing.T) {
	file := strings.Replace(usageVectors, "usage.json", "services.json", 1)
	if _, err := os.Stat(file); err != nil {
		t.Skip("this module stands outside of px0's repository")
	}
	var cases []struct {
		ID          string
		Option      *string
		Environment map[string]string
		Service     struct{ Name, Version string }
	}
	if err := json.Unmarshal([]byte(readFile(t, file)), &cases); err != nil {
		t.Fatal(err)
	}
	for _, each := range cases {
		t.Run(each.ID, func(t *testing.T) {
			for _, name := range []string{"PX0_SERVICE", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"} {
				t.Setenv(name, each.Environment[name])
			}
			options := []Option{WithAccessToken("ak_test"), WithHost("http://localhost:1")}
			if each.Option != nil {
				options = append(options, WithServiceName(*each.Option))
			}
			s, err := newSettings(options)
			expect(t, err, nil)
			expect(t, []string{s.service, s.serviceVersion}, []string{each.Service.Name, each.Service.Version})
		})
	}
}

//go:build go1.25

package px0

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

// The scenarios that the SDKs of all languages play.
const scenarioFolder = "../delivery/test/vectors/delivery"

const scenarioHost = "https://px0.example.com"

// Every scenario begins then.
var scenarioStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

type scenario struct {
	ID      string
	Options struct {
		Mode           Mode
		Slugs          []string
		TeamID         string `json:"team_id"`
		PollIntervalMS int    `json:"poll_interval_ms"`
		InitTimeoutMS  int    `json:"init_timeout_ms"`
	}
	Files struct {
		StateFile []json.RawMessage `json:"state_file"`
	}
	Steps []scenarioStep
}

type scenarioStep struct {
	At      int
	Connect *struct {
		Path    string
		Headers map[string]string
	}
	Answer json.RawMessage
	Frame  json.RawMessage
	Bytes  []json.RawMessage
	Cut    string
	On     *int
	Closed *bool
	Render *struct {
		Slug       string
		TeamID     string `json:"team_id"`
		Version    *int
		Tag        string
		Variables  Vars
		MissingKey string `json:"missing_key"`
		Contract   string
		Noted      string
	}
	Takes     int
	Result    map[string]any
	Error     map[string]any
	Remote    bool
	Status    map[string]any
	Change    *[]map[string]any
	Warning   *int
	File      *[]map[string]any
	Reconnect bool
	Close     bool
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scenarioFolder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("this module stands outside of px0's repository")
	}
	for _, file := range files {
		var scenarios []scenario
		if err := json.Unmarshal([]byte(readFile(t, file)), &scenarios); err != nil {
			t.Fatal(file, err)
		}
		for _, each := range scenarios {
			t.Run(each.ID, func(t *testing.T) {
				folder := t.TempDir()
				synctest.Test(t, func(t *testing.T) { (&player{t: t, scenario: each, folder: folder}).play() })
			})
		}
	}
}

// What a render names is what the render service finds.
func TestSelections(t *testing.T) {
	file := filepath.Join(filepath.Dir(scenarioFolder), "selection.json")
	if _, err := os.Stat(file); err != nil {
		t.Skip("there are no selections here")
	}
	var selections []struct {
		Prompts []struct {
			TeamID string `json:"team_id"`
			Prompt json.RawMessage
		}
		Slug   string
		TeamID *string `json:"team_id"`
		Ref    *string
		Expect struct {
			PromptID string `json:"prompt_id"`
			Version  int
			Error    string
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, file)), &selections); err != nil {
		t.Fatal(err)
	}
	for i, each := range selections {
		if each.Ref != nil && *each.Ref == "" {
			// This SDK refuses an empty tag before it looks for anything.
			continue
		}
		client := delivery.NewClient(delivery.Options{Mode: delivery.File, ForTests: true, OnChanged: func(bool, bool) {}, OnState: func(*delivery.View) {}})
		for _, held := range each.Prompts {
			frame, err := delivery.ReadFrame(fmt.Appendf(nil, `{"type":"put","team_id":%q,"revision":%q,"prompt":%s}`, held.TeamID, testRevision, held.Prompt))
			if err != nil {
				t.Fatal(err)
			}
			client.Put(held.TeamID, frame.Prompt.ID, frame.Prompt)
		}
		wanted := delivery.Wanted{Slug: each.Slug, TeamID: orEmpty(each.TeamID), Ref: orEmpty(each.Ref)}
		location := client.View().Locate(wanted, delivery.Ready)
		if each.Expect.Error != "" {
			if location.Kind == delivery.IsHeld || (location.Kind == delivery.IsGone && location.Reason != each.Expect.Error) {
				t.Errorf("%d: %v, and not %s", i, location, each.Expect.Error)
			}
		} else if location.Kind != delivery.IsHeld || location.Held.Prompt.ID != each.Expect.PromptID || location.Version.Number != each.Expect.Version {
			t.Errorf("%d: %v, and not %v", i, location, each.Expect)
		}
	}
}

// player plays a scenario: a client whose network, time and randomness it drives.
type player struct {
	t        *testing.T
	scenario scenario
	folder   string
	client   *Client

	mu          sync.Mutex
	waiting     []*playedDelivery
	connections []*playedDelivery
	changes     []Change
	warnings    int
	pending     []*pendingRender
}

type pendingRender struct {
	step scenarioStep
	// In milliseconds since the start.
	until   int
	outcome map[string]any
}

// playedDelivery is a request, and the connection that its answer makes.
type playedDelivery struct {
	ctx     context.Context
	request delivery.Request
	at      int
	answers chan *delivery.Answer
	pieces  chan any
	left    []byte
	isOver  chan struct{}
}

func (p *player) elapsed() int { return int(time.Since(scenarioStart).Milliseconds()) }

func (p *player) fail(at int, format string, args ...any) {
	p.t.Helper()
	p.t.Errorf("at %d: %s", at, fmt.Sprintf(format, args...))
}

func (p *player) play() {
	time.Sleep(time.Until(scenarioStart))
	p.start()
	defer p.client.Close()
	synctest.Wait()
	for _, step := range p.scenario.Steps {
		time.Sleep(time.Until(scenarioStart.Add(time.Duration(step.At) * time.Millisecond)))
		synctest.Wait()
		p.checkPending(step.At)
		p.checkWaiting(step.At)
		p.step(step)
		synctest.Wait()
		if p.t.Failed() {
			return
		}
	}
	p.checkPending(1 << 40)
	p.checkWaiting(1 << 40)
}

// checkWaiting: what was asked of px0 before was expected.
func (p *player) checkWaiting(now int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, request := range p.waiting {
		if request.at < now {
			p.fail(now, "an unexpected request at %d: %s", request.at, request.request.Path)
		}
	}
}

func (p *player) start() {
	o := p.scenario.Options
	stateFile := filepath.Join(p.folder, "state")
	if lines := p.scenario.Files.StateFile; lines != nil {
		var text strings.Builder
		for _, line := range lines {
			var plain string
			if json.Unmarshal(line, &plain) != nil {
				plain = string(line)
			}
			text.WriteString(plain + "\n")
		}
		if err := os.WriteFile(stateFile, []byte(text.String()), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
	options := []Option{
		WithHost(scenarioHost), WithAccessToken("ak_test"), WithMode(o.Mode), WithStateFile(stateFile), WithRemoteWhenNeeded(false),
		// Which has cases of its own.
		WithUsage(UsageOff),
		WithWarning(func(string) { p.mu.Lock(); p.warnings++; p.mu.Unlock() }),
		set(func(s *settings) {
			s.random = func() float64 { return 0.5 }
			s.deliveryTransport = p.transport
		}),
	}
	if o.Slugs != nil {
		options = append(options, WithSlugs(o.Slugs...))
	}
	if o.TeamID != "" {
		options = append(options, WithTeam(o.TeamID))
	}
	if o.PollIntervalMS != 0 {
		options = append(options, WithPollInterval(time.Duration(o.PollIntervalMS)*time.Millisecond))
	}
	if o.InitTimeoutMS != 0 {
		options = append(options, WithInitTimeout(time.Duration(o.InitTimeoutMS)*time.Millisecond))
	}
	client, err := New(options...)
	if err != nil {
		p.t.Fatal(err)
	}
	p.client = client
	client.OnChange("*", func(change Change) { p.mu.Lock(); p.changes = append(p.changes, change); p.mu.Unlock() })
}

func (p *player) transport(ctx context.Context, request delivery.Request) (*delivery.Answer, error) {
	made := &playedDelivery{
		ctx: ctx, request: request, at: p.elapsed(), answers: make(chan *delivery.Answer, 1), pieces: make(chan any, 1_000),
		isOver: make(chan struct{}),
	}
	p.mu.Lock()
	p.waiting = append(p.waiting, made)
	p.mu.Unlock()
	select {
	case answer := <-made.answers:
		if answer == nil {
			return nil, errors.New("connection refused")
		}
		return answer, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Read gives the pieces that the scenario sends.
func (d *playedDelivery) Read(into []byte) (int, error) {
	for len(d.left) == 0 {
		select {
		case piece := <-d.pieces:
			if err, isEnd := piece.(error); isEnd {
				return 0, err
			}
			d.left, _ = piece.([]byte)
		case <-d.ctx.Done():
			return 0, d.ctx.Err()
		}
	}
	n := copy(into, d.left)
	d.left = d.left[n:]
	return n, nil
}

func (d *playedDelivery) Close() error { return nil }

func (p *player) step(step scenarioStep) {
	switch {
	case step.Connect != nil:
		p.connect(step)
	case step.Frame != nil:
		if on := p.connection(step); strings.HasPrefix(on.request.Path, "/v1/delivery/stream") {
			on.pieces <- fmt.Appendf(nil, "data: %s\n\n", step.Frame)
		} else {
			on.pieces <- fmt.Appendf(nil, "%s\n", step.Frame)
		}
	case step.Bytes != nil:
		for _, piece := range step.Bytes {
			p.connection(step).pieces <- pieceOf(piece)
			synctest.Wait()
		}
	case step.Cut == "end":
		p.connection(step).pieces <- io.EOF
	case step.Cut == "break":
		p.connection(step).pieces <- errors.New("reset")
	case step.Closed != nil:
		p.same(step.At, "closed", p.connection(step).ctx.Err() != nil, *step.Closed)
	case step.Render != nil:
		made := &pendingRender{step: step, until: step.At + step.Takes}
		p.pending = append(p.pending, made)
		go func() {
			outcome := p.render(step)
			p.mu.Lock()
			defer p.mu.Unlock()
			made.outcome = outcome
		}()
	case step.Status != nil:
		p.members(step.At, "status", p.status(), step.Status)
	case step.Change != nil:
		p.checkChanges(step.At, *step.Change)
	case step.Warning != nil:
		p.mu.Lock()
		warnings := p.warnings
		p.warnings = 0
		p.mu.Unlock()
		p.same(step.At, "warnings", warnings, *step.Warning)
	case step.File != nil:
		p.checkFile(step.At, *step.File)
	case step.Reconnect:
		p.client.Reconnect()
	case step.Close:
		p.client.Close()
	default:
		p.t.Fatalf("at %d: an unknown step", step.At)
	}
}

func (p *player) connect(step scenarioStep) {
	request := p.nextWaiting()
	if request == nil {
		p.t.Fatalf("at %d: no request, but %s was expected", step.At, step.Connect.Path)
	}
	p.connections = append(p.connections, request)
	p.same(step.At, "time of the request", request.at, step.At)
	p.same(step.At, "path", request.request.Path, step.Connect.Path)
	headers := map[string]string{}
	for _, name := range []string{"last-event-id", "if-none-match", "px0-min-revision", "px0-consistency"} {
		if value := request.request.Header.Get(name); value != "" {
			headers[name] = value
		}
	}
	want := step.Connect.Headers
	if want == nil {
		want = map[string]string{}
	}
	p.same(step.At, "headers", headers, want)
	switch string(step.Answer) {
	case `"never"`:
		return
	case `"unreachable"`:
		request.answers <- nil
		return
	}
	var answer struct {
		Status  int
		Headers map[string]string
		Body    *string
	}
	if err := json.Unmarshal(step.Answer, &answer); err != nil {
		p.t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	if answer.Body != nil {
		request.pieces <- []byte(*answer.Body)
	}
	if answer.Status != 200 {
		request.pieces <- io.EOF
	}
	request.answers <- &delivery.Answer{Status: answer.Status, Header: header, Body: request}
}

func (p *player) nextWaiting() *playedDelivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return nil
	}
	request := p.waiting[0]
	p.waiting = p.waiting[1:]
	return request
}

func (p *player) connection(step scenarioStep) *playedDelivery {
	at := len(p.connections) - 1
	if step.On != nil {
		at = *step.On
	}
	if at < 0 || at >= len(p.connections) {
		p.t.Fatalf("at %d: there is no such connection", step.At)
	}
	return p.connections[at]
}

func pieceOf(text json.RawMessage) []byte {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		return []byte(plain)
	}
	var piece struct {
		Repeat string
		Times  int
		Base64 string
	}
	_ = json.Unmarshal(text, &piece)
	if piece.Base64 != "" {
		decoded, _ := base64.StdEncoding.DecodeString(piece.Base64)
		return decoded
	}
	return []byte(strings.Repeat(piece.Repeat, piece.Times))
}

func (p *player) render(step scenarioStep) map[string]any {
	asked := step.Render
	if asked.Noted != "" {
		p.client.written.see(asked.Noted)
	}
	var options []RenderOption
	if asked.TeamID != "" {
		options = append(options, WithTeam(asked.TeamID))
	}
	if asked.Version != nil {
		if *asked.Version == 0 {
			// This SDK refuses it before it looks for anything.
			return map[string]any{"remote": true}
		}
		options = append(options, WithVersion(*asked.Version))
	}
	if asked.Tag != "" {
		// What a tag may be is not what a scenario is about.
		options = append(options, renderOptionFunc(func(c *call) error { c.tag = asked.Tag; return nil }))
	}
	if asked.MissingKey != "" {
		options = append(options, WithMissingKey(asked.MissingKey))
	}
	if asked.Contract != "" {
		options = append(options, WithContract(asked.Contract))
	}
	result, err := p.client.Render(context.Background(), asked.Slug, asked.Variables, options...)
	var refusal *RefusedError
	switch {
	case err == nil && result.Cause != nil:
		// px0 would have been asked first.
		return map[string]any{"remote": true}
	case err == nil:
		made := map[string]any{
			"text": result.Text, "version": result.Version, "source": result.Source, "stale": result.Stale, "revision": nil,
			"age_ms": result.Age.Milliseconds(), "prompt_id": result.PromptID, "team_id": result.TeamID,
			"contract": result.Contract,
		}
		if result.Revision != "" {
			made["revision"] = result.Revision
		}
		return map[string]any{"result": made}
	case errors.Is(err, ErrUnreachable):
		return map[string]any{"remote": true}
	case errors.Is(err, ErrUsage):
		return map[string]any{"error": map[string]any{"class": "UsageError"}}
	case errors.As(err, &refusal):
		return map[string]any{"error": map[string]any{
			"class": classOf(err), "status": refusal.Status, "message": refusal.Message, "missing": append([]NameProblem{}, refusal.Missing...),
			"unknown": append([]NameProblem{}, refusal.Unknown...), "invalid": append([]ValueProblem{}, refusal.Invalid...), "more": refusal.More,
		}}
	}
	return map[string]any{"another": err.Error()}
}

func classOf(err error) string {
	for class, kind := range map[string]error{
		"NotFoundError": ErrNotFound, "UnauthorizedError": ErrUnauthorized, "ForbiddenError": ErrForbidden, "InvalidRequestError": ErrInvalidRequest,
	} {
		if errors.Is(err, kind) {
			return class
		}
	}
	return ""
}

// checkPending: renders that should have ended before now have; those that should not yet have not.
func (p *player) checkPending(now int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, each := range p.pending {
		step, slug := each.step, each.step.Render.Slug
		if each.until > now && each.outcome != nil {
			p.fail(step.At, "a render of %s ended before %d: %v", slug, each.until, each.outcome)
		}
		if each.until >= now {
			continue
		}
		if each.outcome == nil {
			p.fail(step.At, "a render of %s did not end at %d", slug, each.until)
			continue
		}
		for key, want := range map[string]map[string]any{"result": step.Result, "error": step.Error} {
			if want == nil {
				continue
			}
			got, isOf := each.outcome[key].(map[string]any)
			if !isOf {
				p.fail(step.At, "a render of %s gave %v", slug, each.outcome)
				continue
			}
			p.members(step.At, key+" of "+slug, got, want)
		}
		p.same(step.At, "remote of "+slug, each.outcome["remote"] == true, step.Remote)
	}
	p.pending = slices.DeleteFunc(p.pending, func(each *pendingRender) bool { return each.until < now })
}

func (p *player) status() map[string]any {
	status := p.client.Status()
	made := map[string]any{
		"state": status.State, "since": status.Since.UnixMilli(), "revision": nil, "age_ms": nil, "prompts": status.Prompts, "teams": status.Teams,
		"repairs": status.Repairs, "last_error": nil,
	}
	if status.Revision != "" {
		made["revision"] = status.Revision
	}
	if age, isKnown := p.client.delivery.View().AgeAt(time.Now()); isKnown {
		made["age_ms"] = age.Milliseconds()
	}
	if status.LastError != "" {
		made["last_error"] = status.LastError
	}
	return made
}

func (p *player) checkChanges(at int, want []map[string]any) {
	p.mu.Lock()
	changes := p.changes
	p.changes = nil
	p.mu.Unlock()
	p.same(at, "number of changes", len(changes), len(want))
	for i := range min(len(changes), len(want)) {
		change := changes[i]
		p.members(at, "change", map[string]any{
			"slug": change.Slug, "kind": change.Kind, "prompt_id": orNull(change.PromptID), "team_id": orNull(change.TeamID),
			"before": changedState(change.Before), "after": changedState(change.After),
		}, want[i])
	}
}

func changedState(state *ChangedState) any {
	if state == nil {
		return nil
	}
	made := map[string]any{"live": nil, "tags": state.Tags, "status": state.Status}
	if state.Live != 0 {
		made["live"] = state.Live
	}
	return made
}

func (p *player) checkFile(at int, want []map[string]any) {
	p.client.state.changed()
	p.client.state.flush()
	lines := strings.Split(strings.TrimSpace(readFile(p.t, p.client.state.path)), "\n")
	p.same(at, "number of lines", len(lines), len(want))
	for i := range min(len(lines), len(want)) {
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			p.t.Fatal(err)
		}
		p.members(at, "line", line, want[i])
	}
}

// members: each expected member is there; others may be, too.
func (p *player) members(at int, what string, got, want map[string]any) {
	p.t.Helper()
	for key, value := range want {
		p.same(at, what+" "+key, got[key], value)
	}
}

func (p *player) same(at int, what string, got, want any) {
	p.t.Helper()
	if is, should := plainJSON(got), plainJSON(want); !reflect.DeepEqual(is, should) {
		p.fail(at, "%s is %v, not %v", what, asText(is), asText(should))
	}
}

func plainJSON(value any) (plain any) {
	_ = json.Unmarshal([]byte(asText(value)), &plain)
	return plain
}

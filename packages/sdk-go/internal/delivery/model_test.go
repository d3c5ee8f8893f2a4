//go:build go1.25

package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// event is something that has happened in the world; its place in the log, from 1 on, is its sequence.
type event struct {
	// Of a prompt: the team that it is in from now on; empty when it is deleted.
	id, team string
	// Of the caller: the teams that it sees from now on.
	audience []string
}

// fact is what a prompt is; sequence says since when.
type fact struct {
	team     string
	sequence int
}

// worldView is what is true once some events have happened.
type worldView struct {
	audience []string
	prompts  map[string]fact
	// When each team last changed.
	changed map[string]int
}

// world is a px0 whose processes lag, forget and lose frames, over a link that breaks anywhere.
type world struct {
	mu     sync.Mutex
	random *rand.Rand
	log    []event
	// Closed and replaced at each event.
	news   chan struct{}
	isCalm bool
}

func (w *world) write(e event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, e)
	close(w.news)
	w.news = make(chan struct{})
}

// chance is false once the world is calm.
func (w *world) chance(oneIn int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.isCalm && w.random.IntN(oneIn) == 0
}

func (w *world) calmDown() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCalm = true
}

func (v *worldView) apply(e event, sequence int) {
	if e.audience != nil {
		v.audience = e.audience
		return
	}
	before := v.prompts[e.id]
	v.changed[before.team], v.changed[e.team] = sequence, sequence
	if e.team == "" {
		delete(v.prompts, e.id)
	} else {
		v.prompts[e.id] = fact{e.team, sequence}
	}
}

func viewAt(log []event, position int) *worldView {
	v := &worldView{prompts: map[string]fact{}, changed: map[string]int{}}
	for i, e := range log[:position] {
		v.apply(e, i+1)
	}
	return v
}

func (v *worldView) digest(teams ...string) Digest {
	var made Digest
	for id, f := range v.prompts {
		if slices.Contains(teams, f.team) {
			made.add(etagOf(id, f))
		}
	}
	return made
}

func etagOf(id string, f fact) string {
	return fmt.Sprintf("%02x%04x%010x", id[0], len(f.team), f.sequence*7_919)
}

// transport is a process that answers a stream.
func (w *world) transport(ctx context.Context, request Request) (*Answer, error) {
	if w.chance(6) {
		return nil, errors.New("no route")
	}
	if w.chance(8) {
		body := io.NopCloser(strings.NewReader("nonsense"))
		return &Answer{Status: []int{200, 404, 401, 502}[rand.IntN(4)], Header: http.Header{}, Body: body}, nil
	}
	since, _ := positionOf(request.Header.Get("Last-Event-Id"))
	floor, _ := positionOf(request.Header.Get("Px0-Min-Revision"))
	w.mu.Lock()
	log := slices.Clone(w.log)
	position := len(log)
	if least := int(max(since.sequence, floor.sequence)); !w.isCalm && position > least {
		// It lags.
		position = least + w.random.IntN(position-least+1)
	}
	w.mu.Unlock()
	reader, writer := io.Pipe()
	process := &process{world: w, out: writer, view: viewAt(log, position), position: position, marked: map[string]int{}}
	go process.serve(ctx, log, request.Header.Get("Last-Event-Id") != "", int(since.sequence))
	return &Answer{Status: 200, Header: http.Header{"Content-Type": {StreamMedia}}, Body: reader}, nil
}

// process is one stream.
type process struct {
	world    *world
	out      *io.PipeWriter
	view     *worldView
	position int
	// What this stream was told last of each team.
	marked map[string]int
	err    error
}

// send writes a frame, or half of it, or loses it.
func (p *process) send(format string, args ...any) {
	text := "data: " + fmt.Sprintf(format, args...) + "\n\n"
	isLosable := strings.Contains(text, `"put"`) || strings.Contains(text, `"delete"`) || strings.Contains(text, `"mark"`)
	switch {
	case p.err != nil || (isLosable && p.world.chance(15)):
		return
	case p.world.chance(40):
		_, _ = io.WriteString(p.out, text[:len(text)/2])
		p.err = io.ErrUnexpectedEOF
		p.out.CloseWithError(p.err)
		return
	}
	_, p.err = io.WriteString(p.out, text)
}

func (p *process) put(id string) {
	f := p.view.prompts[id]
	p.send(`{"type":"put","team_id":%q,"revision":%q,"prompt":{"id":%q,"slug":%q,"status":"active","created_at":"","live":%d,"tags":{},"versions":[],"etag":%q}}`,
		f.team, token(1, f.sequence), id, id, f.sequence, etagOf(id, f))
}

func (p *process) delete(team, id string, sequence int) {
	p.send(`{"type":"delete","team_id":%q,"revision":%q,"prompt_id":%q}`, team, token(1, sequence), id)
}

func (p *process) begin(team, base string) {
	if base == "" {
		p.send(`{"type":"begin","team_id":%q,"base":null}`, team)
		return
	}
	p.send(`{"type":"begin","team_id":%q,"base":%q}`, team, base)
}

func (p *process) sync() {
	digest := p.view.digest(p.view.audience...)
	teams := []string{}
	for _, team := range p.view.audience {
		p.marked[team] = p.view.changed[team]
		teams = append(teams, fmt.Sprintf(`{"team_id":%q,"revision":%q}`, team, token(1, p.marked[team])))
	}
	text := digest.Text()
	if p.world.chance(30) {
		text = "ffffffffffffffff"
	}
	p.send(`{"type":"sync","revision":%q,"digest":%q,"count":%d,"teams":[%s]}`, token(1, p.position), text, digest.Count, strings.Join(teams, ","))
}

func (p *process) mark(teams ...string) {
	listed := []string{}
	for _, team := range teams {
		if !slices.Contains(p.view.audience, team) {
			continue
		}
		digest := p.view.digest(team)
		listed = append(listed, fmt.Sprintf(`{"team_id":%q,"prev":%q,"revision":%q,"digest":%q,"count":%d}`,
			team, token(1, p.marked[team]), token(1, p.view.changed[team]), digest.Text(), digest.Count))
		p.marked[team] = p.view.changed[team]
	}
	if len(listed) > 0 {
		p.send(`{"type":"mark","revision":%q,"teams":[%s]}`, token(1, p.position), strings.Join(listed, ","))
	}
}

func (p *process) serve(ctx context.Context, log []event, isResumed bool, since int) {
	p.send(`{"type":"hello","protocol":1,"resumed":%v,"stale":false,"heartbeat_ms":15000,"retry_ms":[0,2000]}`, isResumed)
	isForgetful := p.world.chance(3)
	for _, team := range p.view.audience {
		switch {
		case !isResumed:
			p.begin(team, "")
		case p.view.changed[team] <= since:
			continue
		default:
			p.begin(team, token(1, since))
			if !isForgetful {
				p.departures(log, team, since)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(p.view.prompts)) {
			if f := p.view.prompts[id]; f.team == team && (!isResumed || f.sequence > since) {
				p.put(id)
			}
		}
	}
	p.sync()
	for p.err == nil {
		p.world.mu.Lock()
		news, next := p.world.news, slices.Clone(p.world.log[p.position:])
		p.world.mu.Unlock()
		for _, e := range next {
			p.tell(e)
		}
		select {
		case <-news:
		case <-time.After(15 * time.Second):
			digest := p.view.digest(p.view.audience...)
			p.send(`{"type":"heartbeat","revision":%q,"digest":%q,"count":%d,"stale":false}`, token(1, p.position), digest.Text(), digest.Count)
		case <-ctx.Done():
			p.err = ctx.Err()
		}
		if p.world.chance(25) {
			p.err = io.EOF
		}
	}
	p.out.CloseWithError(p.err)
}

// departures are the prompts that have left a team since a sequence.
func (p *process) departures(log []event, team string, since int) {
	before := viewAt(log, since)
	for i, e := range log[since:p.position] {
		if e.audience == nil && before.prompts[e.id].team == team && p.view.prompts[e.id].team != team {
			p.delete(team, e.id, since+i+1)
		}
		before.apply(e, since+i+1)
	}
}

// tell sends what an event means.
func (p *process) tell(e event) {
	before, audience := p.view.prompts[e.id], p.view.audience
	p.position++
	p.view.apply(e, p.position)
	if e.audience == nil {
		// The team that it moves to is told first.
		if e.team != "" && slices.Contains(audience, e.team) {
			p.put(e.id)
		}
		if before.team != "" && before.team != e.team && slices.Contains(audience, before.team) {
			p.delete(before.team, e.id, p.position)
		}
		teams := []string{before.team, e.team}
		p.mark(slices.Compact(teams)...)
		return
	}
	isGained := false
	for _, team := range audience {
		if !slices.Contains(e.audience, team) {
			p.send(`{"type":"drop","team_id":%q}`, team)
		}
	}
	for _, team := range e.audience {
		if slices.Contains(audience, team) {
			continue
		}
		isGained = true
		p.begin(team, "")
		for _, id := range slices.Sorted(maps.Keys(p.view.prompts)) {
			if p.view.prompts[id].team == team {
				p.put(id)
			}
		}
	}
	if isGained {
		p.sync()
	}
}

// Whatever happens, a client ends with exactly what it may have, and never goes back in time.
func TestTheModel(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) { playModel(t, seed) })
	}
}

func playModel(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 7))
	teams, prompts := []string{"a", "bb", "ccc"}, []string{"p", "q", "r", "s"}
	w := &world{random: rand.New(rand.NewPCG(seed, 8)), news: make(chan struct{}), log: []event{{audience: []string{"a", "bb"}}}}
	client := NewClient(Options{
		Mode: Stream, Transport: w.transport, Random: rand.New(rand.NewPCG(seed, 9)).Float64, InitTimeout: time.Second,
		OnWarning: func(string) {}, OnState: func(*View) {}, OnChanged: func(bool, bool) {},
	})
	defer func() { client.Close(); synctest.Wait() }()
	client.Start()
	seen := map[string]int{}
	look := func() {
		for held := range client.View().Prompts {
			if held.Prompt.Live < seen[held.Prompt.ID] {
				t.Fatalf("seed %d: %s went back from %d to %d", seed, held.Prompt.ID, seen[held.Prompt.ID], held.Prompt.Live)
			}
			seen[held.Prompt.ID] = held.Prompt.Live
		}
	}
	for range 60 {
		switch random.IntN(8) {
		case 0:
			some := []string{}
			for _, team := range teams {
				if random.IntN(3) > 0 {
					some = append(some, team)
				}
			}
			w.write(event{audience: some})
		default:
			w.write(event{id: prompts[random.IntN(len(prompts))], team: append(teams, "")[random.IntN(4)]})
		}
		time.Sleep(time.Duration(random.IntN(4_000)) * time.Millisecond)
		synctest.Wait()
		look()
	}
	w.calmDown()
	time.Sleep(3 * time.Minute)
	synctest.Wait()
	look()
	truth := viewAt(w.log, len(w.log))
	want, got := map[string]string{}, map[string]string{}
	for id, f := range truth.prompts {
		if slices.Contains(truth.audience, f.team) {
			want[id] = f.team + etagOf(id, f)
		}
	}
	for held := range client.View().Prompts {
		got[held.Prompt.ID] = held.TeamID + held.Prompt.Etag
	}
	if !maps.Equal(got, want) || client.View().State != Ready {
		t.Fatalf("seed %d: it is %s and holds %v, and not %v", seed, client.View().State, got, want)
	}
}

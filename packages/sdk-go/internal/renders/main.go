// Renders all the time and reports each result that differs from the one before: JSON, line by line. The first line of input says by which
// clients and what; it ends with its input. For tests that break everything else meanwhile. Other languages have the same program.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"sync"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
)

type task struct {
	EveryMs int      `json:"everyMs"`
	Clients []made   `json:"clients"`
	Targets []target `json:"targets"`
}

type made struct {
	Host  string `json:"host"`
	Token string `json:"token"`
	Mode  string `json:"mode"`
	Team  string `json:"team"`
	File  string `json:"file"`
}

type target struct {
	Slug string `json:"slug"`
	Tag  string `json:"tag"`
}

type outcome struct {
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Version  int    `json:"version"`
	Revision string `json:"revision"`
	Source   string `json:"source"`
	Stale    bool   `json:"stale"`
}

// shown is an outcome, when it was first seen, and until when and how often the one before it was.
type shown struct {
	Client int     `json:"client"`
	Target int     `json:"target"`
	At     float64 `json:"at"`
	Until  float64 `json:"until"`
	Count  int     `json:"count"`
	outcome
}

type warning struct {
	Client  int     `json:"client"`
	Warning string  `json:"warning"`
	At      float64 `json:"at"`
}

type delay struct {
	Late float64 `json:"late"`
	At   float64 `json:"at"`
}

// A program that runs this much later than it meant to says so.
const late = 20 * time.Millisecond

type program struct {
	task
	mu   sync.Mutex
	out  *json.Encoder
	over chan struct{}
}

func main() {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		log.Fatal(err)
	}
	p := &program{out: json.NewEncoder(os.Stdout), over: make(chan struct{})}
	if err := json.Unmarshal(line, &p.task); err != nil {
		log.Fatal(err)
	}
	var running sync.WaitGroup
	running.Add(1 + len(p.Clients))
	go func() {
		defer running.Done()
		p.watchDelays()
	}()
	for number, made := range p.Clients {
		go func() {
			defer running.Done()
			p.renderAll(number, made)
		}()
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		log.Print(err)
	}
	close(p.over)
	running.Wait()
}

func (p *program) watchDelays() {
	for p.goesOnAfter(late) {
		began := time.Now()
		time.Sleep(late)
		if behind := time.Since(began) - late; behind >= late {
			p.print(delay{Late: milliseconds(behind), At: now()})
		}
	}
}

func (p *program) renderAll(number int, made made) {
	options := []px0.Option{
		px0.WithHost(made.Host), px0.WithAccessToken(made.Token), px0.WithMode(px0.Mode(made.Mode)), px0.WithStateFile(made.File),
		px0.WithPollInterval(5 * time.Second), px0.WithRemoteWhenNeeded(false),
		px0.WithWarning(func(message string) { p.print(warning{Client: number, Warning: message, At: now()}) }),
	}
	if made.Team != "" {
		options = append(options, px0.WithTeam(made.Team))
	}
	client, err := px0.New(options...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	latest := make([]shown, len(p.Targets))
	for p.goesOnAfter(time.Duration(p.EveryMs) * time.Millisecond) {
		for i, target := range p.Targets {
			at := now()
			outcome := render(client, target)
			before := &latest[i]
			if before.Count == 0 || before.outcome != outcome {
				p.print(shown{Client: number, Target: i, At: at, Until: before.Until, Count: before.Count, outcome: outcome})
				*before = shown{outcome: outcome}
			}
			before.Until = at
			before.Count++
		}
	}
	for i, before := range latest {
		p.print(shown{Client: number, Target: i, At: now(), Until: before.Until, Count: before.Count, outcome: outcome{Kind: "end"}})
	}
}

func render(client *px0.Client, target target) outcome {
	var options []px0.RenderOption
	if target.Tag != "" {
		options = append(options, px0.WithTag(target.Tag))
	}
	result, err := client.Render(context.Background(), target.Slug, px0.Vars{"input": "x"}, options...)
	if err != nil {
		return outcome{Kind: kindOf(err), Text: err.Error()}
	}
	return outcome{
		Kind: "text", Text: result.Text, Version: result.Version, Revision: result.Revision, Source: string(result.Source), Stale: result.Stale,
	}
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, px0.ErrNotFound):
		return "not found"
	case errors.Is(err, px0.ErrUnauthorized):
		return "unauthorized"
	case errors.Is(err, px0.ErrUnreachable):
		return "unreachable"
	}
	return "another error"
}

// goesOnAfter waits, and says whether the input has not ended meanwhile.
func (p *program) goesOnAfter(d time.Duration) bool {
	select {
	case <-p.over:
		return false
	case <-time.After(d):
		return true
	}
}

func (p *program) print(line any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.out.Encode(line); err != nil {
		log.Print(err)
	}
}

func now() float64 { return milliseconds(time.Duration(time.Now().UnixNano())) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

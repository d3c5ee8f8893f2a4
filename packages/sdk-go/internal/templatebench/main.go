// Measures the SDK's template engine beside Go's own text/template, turn by turn, and prints a JSON line for each workload and engine:
// the median and the 99th percentile of single renders in microseconds, and the median's ratio to that of text/template. Workloads are its
// own, or JSON lines of name, template and data on the standard input when it is called with "-".
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"slices"
	"text/template"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
)

const (
	warmUp = 2_000
	rounds = 20_000
	// A slow workload is measured for no longer.
	longest = 4 * time.Second
)

type measurement struct {
	Workload string  `json:"workload"`
	Engine   string  `json:"engine"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
	Ratio    float64 `json:"ratio"`
}

func main() {
	measured := workloads()
	if len(os.Args) > 1 && os.Args[1] == "-" {
		measured = read(os.Stdin)
	}
	out := json.NewEncoder(os.Stdout)
	for _, w := range measured {
		for _, m := range measure(w) {
			if err := out.Encode(m); err != nil {
				log.Fatal(err)
			}
		}
	}
}

func read(from io.Reader) (made []workload) {
	decoder := json.NewDecoder(from)
	for {
		var w workload
		if err := decoder.Decode(&w); errors.Is(err, io.EOF) {
			return made
		} else if err != nil {
			log.Fatal(err)
		}
		made = append(made, w)
	}
}

func measure(w workload) []measurement {
	own, baseline := px0Engine(w), goEngine(w)
	if own() != baseline() {
		log.Fatalf("%s: the engines differ", w.Name)
	}
	var ownTimes, baselineTimes []time.Duration
	end := time.Now().Add(longest)
	warm := time.Now().Add(longest / 4)
	for i := 0; i < warmUp+rounds && time.Now().Before(end); i++ {
		first, second := timed(own), timed(baseline)
		if i >= warmUp || time.Now().After(warm) {
			ownTimes, baselineTimes = append(ownTimes, first), append(baselineTimes, second)
		}
	}
	ratio := microseconds(ownTimes, 50) / microseconds(baselineTimes, 50)
	return []measurement{
		{w.Name, "px0", microseconds(ownTimes, 50), microseconds(ownTimes, 99), ratio},
		{w.Name, "text/template", microseconds(baselineTimes, 50), microseconds(baselineTimes, 99), 1},
	}
}

func timed(call func() string) time.Duration {
	start := time.Now()
	kept = call()
	return time.Since(start)
}

// kept keeps the compiler from leaving out work whose result nobody sees.
var kept string

func microseconds(times []time.Duration, percentile int) float64 {
	slices.Sort(times)
	return float64(times[len(times)*percentile/100]) / float64(time.Microsecond)
}

func px0Engine(w workload) func() string {
	compiled, err := px0.CompileTemplate(w.Template)
	if err != nil {
		log.Fatal(err)
	}
	return func() string {
		text, err := compiled.Render(w.Data)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
}

func goEngine(w workload) func() string {
	compiled, err := template.New("prompt").Option("missingkey=error").Parse(w.Template)
	if err != nil {
		log.Fatal(err)
	}
	return func() string {
		var out bytes.Buffer
		if err := compiled.Execute(&out, w.Data); err != nil {
			log.Fatal(err)
		}
		return out.String()
	}
}

// Measures Go's own text/template: one JSON workload per line in, nanoseconds per render and per parse out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"text/template"
	"time"
)

type workload struct {
	Template string         `json:"template"`
	Data     map[string]any `json:"data"`
}

func best(call func()) float64 {
	count := 1
	round := func() time.Duration {
		start := time.Now()
		for i := 0; i < count; i++ {
			call()
		}
		return time.Since(start)
	}
	for round() < 3*time.Millisecond {
		count *= 2
	}
	least := round()
	for i := 0; i < 80; i++ {
		least = min(least, round())
	}
	return float64(least.Nanoseconds()) / float64(count)
}

func parse(text string) *template.Template {
	return template.Must(template.New("prompt").Option("missingkey=error").Parse(text))
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var w workload
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			panic(err)
		}
		t := parse(w.Template)
		render := best(func() {
			var out bytes.Buffer
			if err := t.Execute(&out, w.Data); err != nil {
				panic(err)
			}
			_ = out.String()
		})
		compile := best(func() { parse(w.Template) })
		fmt.Printf("{\"render\":%f,\"compile\":%f}\n", render, compile)
	}
}

// Reads a state file: "parse" only as JSON, line by line; "file" and "stream" as a client of that mode, until its first render. Prints the
// processor time and the time by the clock, in milliseconds. `npm run bench:delivery` calls it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
)

func main() {
	way, path, host := os.Args[1], os.Args[2], os.Args[3]
	cpu, began := processorTime(), time.Now()
	var kept any
	var err error
	if way == "parse" {
		kept, err = parse(path)
	} else {
		kept, err = render(px0.Mode(way), path, host)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"cpu_ms\": %f, \"wall_ms\": %f}\n", milliseconds(processorTime()-cpu), milliseconds(time.Since(began)))
	runtime.KeepAlive(kept)
}

func parse(path string) (any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []any
	for _, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

func render(mode px0.Mode, path, host string) (any, error) {
	client, err := px0.New(px0.WithMode(mode), px0.WithHost(host), px0.WithAccessToken("px0_bench"), px0.WithStateFile(path))
	if err != nil {
		return nil, err
	}
	result, err := client.Render(context.Background(), "p7", px0.Vars{"name": "Ada", "place": "London"})
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(result.Text, "Prompt 7. Ada asks from London.") {
		return nil, fmt.Errorf("rendered %s", result.Text)
	}
	return client, nil
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

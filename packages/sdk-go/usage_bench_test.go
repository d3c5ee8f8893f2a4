package px0

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// What usage adds to a render: of a short text, which is the worst case.
func BenchmarkUsage(b *testing.B) {
	for _, usage := range []Usage{UsageOff, UsageCounts, UsageFull} {
		b.Run(string(usage), func(b *testing.B) {
			client, variables := ofBenchmark(b, usage)
			b.ReportAllocs()
			for range b.N {
				if _, err := client.Render(context.Background(), "greeting", variables); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// Another clock would not do: processors differ, and so do the two within a run.
	b.Run("ratio", func(b *testing.B) {
		off, variables := ofBenchmark(b, UsageOff)
		full, _ := ofBenchmark(b, UsageFull)
		took := map[*Client]time.Duration{}
		for range b.N {
			for _, client := range []*Client{off, full} {
				began := time.Now()
				for range 1_000 {
					if _, err := client.Render(context.Background(), "greeting", variables); err != nil {
						b.Fatal(err)
					}
				}
				took[client] += time.Since(began)
			}
		}
		b.ReportMetric(float64(took[full])/float64(took[off]), "full/off")
	})
}

// ofBenchmark is a client that holds a prompt, and tells nobody of its renders.
func ofBenchmark(b *testing.B, usage Usage) (*Client, Vars) {
	b.Helper()
	client, err := ForTests(map[string]any{"greeting": "Hello {{.name}}, you are {{.mood}}"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close() })
	if usage != UsageOff {
		s := *client.settings
		s.usage, s.mode = usage, ModeStream
		client.usage = newUsage(&s, nil)
		client.usage.post = func(context.Context, []byte) (int, error) { return 204, nil }
	}
	return client.Client, Vars{"name": "Ada", "mood": "calm"}
}

func BenchmarkCount(b *testing.B) {
	for _, names := range []int{0, 3, 20} {
		variables := map[string]any{}
		for number := range names {
			variables[fmt.Sprint("name", number)] = true
		}
		b.Run(fmt.Sprintf("names/%d", names), func(b *testing.B) {
			counters := countersOfATest()
			b.ReportAllocs()
			b.RunParallel(func(each *testing.PB) {
				made := &call{}
				made.counts("id", "greeting", 7, SourceStream)
				for each.Next() {
					counters.count(&made.counted, false, time.Microsecond, variables)
				}
			})
		})
	}
}

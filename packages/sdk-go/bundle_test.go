package px0

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

// The bundles that the SDKs of all languages read.
const bundleFolder = "../delivery/test/vectors/bundle"

type bundleCase struct {
	ID, File, After string
	Keys            []string
	Expected        struct {
		Refusal string
		// Revisions, by team.
		Teams map[string]string
		// Templates of live versions, by slug.
		Texts map[string]string
		// Teams of which the client holds something later.
		Older []string
	}
}

func bundleCases(t *testing.T) []bundleCase {
	t.Helper()
	if _, err := os.Stat(bundleFolder); err != nil {
		t.Skip("this module stands outside of px0's repository")
	}
	var read []bundleCase
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(bundleFolder, "cases.json"))), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func TestBundles(t *testing.T) {
	cases := bundleCases(t)
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, each := range cases {
		t.Run(each.ID, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bundle")
			var mu sync.Mutex
			var warnings []string
			warn := func(text string) { mu.Lock(); warnings = append(warnings, text); mu.Unlock() }
			first := each.File
			if each.After != "" {
				first = each.After
			}
			place(t, first, path, time.Now().Add(-time.Hour))
			client, err := New(WithMode(ModeFile), WithBundle(path, each.Keys...), WithWarning(warn), WithInitTimeout(time.Nanosecond))
			if len(each.Keys) == 0 {
				expect(t, errors.Is(err, ErrUsage), true)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if each.After != "" {
				expect(t, len(warnings), 0)
				place(t, each.File, path, time.Now())
				client.bundle.look()
			}
			want := each.Expected.Refusal
			if each.Expected.Older != nil {
				want = olderThanHeld
			}
			if all := strings.Join(warnings, "\n"); want == "" && all != "" || !strings.Contains(all, want) {
				t.Fatalf("warnings are %q, and not %q", all, want)
			}
			teams, texts := map[string]string{}, map[string]string{}
			client.delivery.WithReplica(func(replica *delivery.Replica, _ *delivery.View) {
				for _, team := range replica.Teams() {
					teams[team.TeamID] = team.Revision
				}
			})
			for held := range client.delivery.View().Prompts {
				if live := held.Prompt.Find(int64(held.Prompt.Live)); live != nil {
					texts[held.Prompt.Slug], _ = answers.Read[string](held.Prompt.MembersOf(live), "template")
				}
			}
			if each.Expected.Teams != nil {
				expect(t, teams, each.Expected.Teams)
				expect(t, texts, each.Expected.Texts)
			} else if each.After == "" {
				expect(t, len(teams), 0)
				_, err := client.Render(context.Background(), "one", nil)
				expect(t, strings.Contains(err.Error(), "px0 is not asked"), true)
			}
		})
	}
}

func place(t *testing.T, name, path string, at time.Time) {
	t.Helper()
	if err := os.WriteFile(path, []byte(readFile(t, filepath.Join(bundleFolder, name))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestABundleIsRenderedAndSaysSo(t *testing.T) {
	each := bundleCases(t)[0]
	client, err := New(WithMode(ModeFile), WithBundle(filepath.Join(bundleFolder, each.File), each.Keys...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if ready, err := client.Ready(context.Background()); !ready || err != nil {
		t.Fatal(ready, err)
	}
	result := render(t, client, "one", "Ada")
	expect(t, result.Source, SourceBundle)
	expect(t, result.Stale, true)
	expect(t, client.Status().State, StateOffline)
	// What is not in the bundle is not said to be gone.
	err = renderError(t, client, "unknown")
	if _, isAway := err.(*UnreachableError); !isAway {
		t.Fatal(err)
	}
	expect(t, render(t, client, "unknown", "Ada", WithFallback("Hi {{.name}}")).Text, "Hi Ada")
}

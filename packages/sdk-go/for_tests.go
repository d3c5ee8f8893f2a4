package px0

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

// TestClient is a client for the tests of an application: it renders prompts given in code, without network, token or files, as px0 renders
// them. What takes a *Client is given its Client.
type TestClient struct {
	*Client

	mu sync.Mutex
	// Of each prompt, by slug: its versions from 1 on, of which the last is live.
	versions map[string][]*program
	changes  uint64
}

const testTeam = "test"

// ForTests makes a client that holds these prompts by slug: each a template, as a string, or a FallbackChat. A broken one is an ErrUsage. A
// prompt that is not there is ErrNotFound, as from px0.
func ForTests(prompts map[string]any) (*TestClient, error) {
	s := usualSettings()
	s.mode, s.host, s.cache, s.isForTests = ModeFile, "http://px0.test", nil, true
	client := clientOf(s)
	client.delivery = delivery.NewClient(delivery.Options{
		Mode: delivery.File, ForTests: true, Random: s.random, InitTimeout: s.initTimeout, OnWarning: s.warn, OnChanged: client.heldChanged,
		OnState: func(view *delivery.View) { client.statusListeners.tell(client.statusOf(view)) },
	})
	made := &TestClient{Client: client, versions: map[string][]*program{}}
	for slug, prompt := range prompts {
		if err := made.Set(slug, prompt); err != nil {
			return nil, err
		}
	}
	client.delivery.Complete()
	return made, nil
}

// Set makes this the live version of a prompt, as a promotion does: the listeners of OnChange are told, on a goroutine of their own. Earlier
// versions stay, by their numbers. The error is that of ForTests.
func (t *TestClient) Set(slug string, prompt any) error {
	if _, err := segments.Of("slug", slug); err != nil {
		return err
	}
	compiled, err := compileForTests("the prompt "+slug, prompt)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	t.versions[slug] = append(t.versions[slug], compiled)
	live := len(t.versions[slug])
	versions := make([]any, live)
	for i := range versions {
		// A call that wants a contract has one that allows everything.
		versions[i] = map[string]any{
			"version": i + 1, "status": "live", "template": "", "language": delivery.LanguageLevel, "schema": map[string]any{},
		}
	}
	line, err := json.Marshal(map[string]any{
		"type": "put", "team_id": testTeam, "revision": testRevision,
		"prompt": map[string]any{
			"id": slug, "slug": slug, "status": "active", "created_at": "", "live": live, "tags": map[string]int{}, "versions": versions,
			"etag": fmt.Sprintf("%016x", t.changes),
		},
	})
	if err != nil {
		return err
	}
	frame, err := delivery.ReadFrame(line)
	if err != nil {
		return err
	}
	for i, version := range frame.Prompt.Versions {
		version.Compiled.Store(compiledBox{t.versions[slug][i]})
	}
	t.delivery.Put(testTeam, slug, frame.Prompt)
	return nil
}

// Remove deletes a prompt: the listeners of OnChange are told.
func (t *TestClient) Remove(slug string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.versions, slug)
	t.delivery.Put(testTeam, slug, nil)
}

// testRevision is px0's 0 in its epoch 0.
const testRevision = "MTowOjA"

func compileForTests(what string, prompt any) (*program, error) {
	switch prompt := prompt.(type) {
	case string:
		compiled, err := CompileTemplate(prompt)
		if err != nil {
			return nil, usageError("%s is not a valid template: %v", what, err)
		}
		return &program{compiled: compiled.compiled}, nil
	case FallbackChat:
		return prompt.compile(what)
	}
	return nil, usageError("%s is a string or a FallbackChat, not a %T", what, prompt)
}

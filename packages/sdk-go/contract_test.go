package px0

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	sentence     = "invalid variables: missing mood (did you mean moood?)"
	moodSchema   = `{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`
	twoViolated  = `{"missing":[{"path":"mood","given":"moood"}],"unknown":[],"invalid":[{"path":"age","must":"be a number"}],"more":2}`
	nameViolated = `{"missing":[],"unknown":[],"invalid":[{"path":"name","must":"be a string"}]}`
)

func TestContractHeaders(t *testing.T) {
	var headers, judged []struct {
		ID, Header string
		Contract   json.RawMessage
	}
	readVectors(t, "contract-headers.json", &headers)
	readVectors(t, "contracts.json", &judged)
	for _, each := range headers {
		made, want := problemsIn(each.Header), (*ContractProblems)(nil)
		if err := json.Unmarshal(each.Contract, &want); err != nil {
			t.Fatal(err)
		}
		if asText(made) != asText(want) {
			t.Errorf("%s: got %s, and not %s", each.ID, asText(made), asText(want))
		}
	}
	for _, each := range judged {
		var written any
		if json.Unmarshal([]byte(each.Header), &written) != nil {
			continue
		}
		var read any
		_ = json.Unmarshal([]byte(asText(problemsIn(each.Header))), &read)
		expect(t, read, written)
	}
}

func TestContractOfPx0(t *testing.T) {
	played := play(t)
	client := newClient(t, played)
	render(t, client, "greeting", "Ada", WithContract("warn"))
	render(t, client, "greeting", "Ada")
	asked := played.made("POST")
	if !strings.Contains(asked[0].body, `"contract":"warn"`) || strings.Contains(asked[1].body, "contract") {
		t.Fatalf("asked for %s and %s", asked[0].body, asked[1].body)
	}
	for _, policy := range []string{"", "off"} {
		if err := renderError(t, client, "greeting", WithContract(policy)); !errors.Is(err, ErrUsage) {
			t.Fatal(err)
		}
	}

	header := twoViolated
	status := 200
	played.set(func() {
		played.answer = func(r playedRequest) *reply {
			if r.method == "GET" {
				return nil
			}
			made := played.usual(r)
			if status != 200 {
				made = refused(status, sentence)
			}
			made.header[contractHeader] = header
			return made
		}
	})
	result := render(t, client, "greeting", "Ada")
	expect(t, asText(result.Contract), twoViolated)

	status = 422
	var refusal *RefusedError
	err := renderError(t, client, "greeting", WithFallback("Hi"))
	if !errors.As(err, &refusal) || !errors.Is(err, ErrInvalidRequest) {
		t.Fatal(err)
	}
	expect(t, refusal.Message, sentence)
	expect(t, refusal.Missing, []NameProblem{{"mood", "moood"}})
	expect(t, refusal.Unknown, []NameProblem{})
	expect(t, refusal.Invalid, []ValueProblem{{"age", "be a number"}})
	expect(t, refusal.More, 2)

	header = "nonsense"
	if err := renderError(t, client, "greeting"); !errors.As(err, &refusal) || refusal.Missing != nil || refusal.More != 0 {
		t.Fatal(err)
	}
	status = 200
	expect(t, render(t, client, "greeting", "Ada").Contract, nil)
}

// keeping makes a client that keeps a program, of a prompt with this policy.
func keeping(t *testing.T, played *playedPx0, policy, schema string, options ...Option) *Client {
	t.Helper()
	played.set(func() {
		played.answer = func(r playedRequest) *reply {
			if r.method != "GET" {
				return nil
			}
			version := map[string]any{"version": 1, "template": "Hello {{.name}}", "status": "live"}
			version["program"] = map[string]any{"template": "Hello {{.name}}"}
			if schema != "" {
				version["input_schema"] = json.RawMessage(schema)
			}
			return &reply{status: 200, header: map[string]string{"Px0-Revision": revisionOf(1700000000000, 1)}, body: asText(map[string]any{
				"prompt": map[string]any{"slug": "greeting", "contract": policy}, "version": version,
			})}
		}
	})
	client := newClient(t, played, options...)
	render(t, client, "greeting", "Ada")
	w := wanted{slug: "greeting"}
	eventually(t, "the program", func() bool { return client.kept.get(w) != nil })
	return client
}

// said is what a render of a name that is no text comes to, with a fallback.
func said(t *testing.T, client *Client, options ...RenderOption) string {
	t.Helper()
	result, err := client.Render(context.Background(), "greeting", Vars{"name": 7}, append(options, WithFallback("Hi"))...)
	if err != nil {
		t.Fatal(err)
	}
	return asText([]any{result.Text, result.Source, result.Contract})
}

func TestContractOfWhatIsKept(t *testing.T) {
	const (
		byFallback = `["Hi","fallback",null]`
		accepted   = `["Hello 7","cache",null]`
		warned     = `["Hello 7","cache",` + nameViolated + `]`
	)
	for _, each := range []struct{ policy, schema, ofCall, want string }{
		{"off", moodSchema, "", accepted},
		{"off", moodSchema, "warn", warned},
		{"off", moodSchema, "enforce", byFallback},
		{"warn", moodSchema, "", warned},
		{"warn", moodSchema, "enforce", byFallback},
		{"enforce", moodSchema, "", byFallback},
		{"enforce", moodSchema, "warn", byFallback},
		{"off", "", "", accepted},
		{"off", "", "warn", byFallback},
		{"severe", moodSchema, "", byFallback},
	} {
		t.Run(strings.Join([]string{each.policy, each.ofCall, each.schema}, " "), func(t *testing.T) {
			played := play(t)
			client := keeping(t, played, each.policy, each.schema)
			played.stop()
			var options []RenderOption
			if each.ofCall != "" {
				options = append(options, WithContract(each.ofCall))
			}
			expect(t, said(t, client, options...), each.want)
		})
	}
}

func TestContractOfAFetchedVersionIsThatOfThePromptNow(t *testing.T) {
	ofPolicy := func(policy string, templates ...string) string {
		return strings.Replace(deliveredPrompt("greeting", templates...), "{", `{"contract":"`+policy+`",`, 1)
	}
	played := deliver(t, ofPolicy("off", "One"))
	client := holding(t, played, WithTeam("team"))
	played.mu.Lock()
	played.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Px0-Revision", revisionOf(1, 1))
		if r.Method == http.MethodPost {
			fmt.Fprint(w, `{"rendered":"Nine Ada","version":9,"slug":"greeting","tags":[]}`)
			return
		}
		fmt.Fprint(w, `{"prompt":{"id":"id-greeting","slug":"greeting","contract":"off"},"version":{"version":9,"status":"stable",
			"template":"Nine {{.name}}","input_schema":`+moodSchema+`}}`)
	}
	played.mu.Unlock()
	expect(t, render(t, client, "greeting", "Ada", WithVersion(9)).Source, SourceLive)
	eventually(t, "idle", client.isIdle)
	expect(t, said(t, client, WithVersion(9)), `["Nine 7","fetched",null]`)
	expect(t, said(t, client, WithVersion(9), WithContract("warn")), `["Nine 7","fetched",`+nameViolated+`]`)
	_, err := client.Render(context.Background(), "greeting", Vars{"name": 7}, WithVersion(9), WithContract("enforce"), WithFallback("Hi"))
	var refusal *RefusedError
	if !errors.As(err, &refusal) || asText(refusal.Invalid) != `[{"path":"name","must":"be a string"}]` {
		t.Fatal(err)
	}
	played.set(2, ofPolicy("warn", "One", "Two"))
	eventually(t, "the policy", func() bool { return said(t, client, WithVersion(9)) == `["Nine 7","fetched",`+nameViolated+`]` })
}

func TestContractOfATestClient(t *testing.T) {
	client, err := ForTests(map[string]any{"greeting": "Hello {{.name}}"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.Render(context.Background(), "greeting", Vars{"name": 7}, WithContract("enforce"))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, asText([]any{result.Text, result.Contract}), `["Hello 7",null]`)
}

func TestContractSurvivesARestart(t *testing.T) {
	played := play(t)
	path := filepath.Join(t.TempDir(), "state")
	client := keeping(t, played, "enforce", moodSchema, WithStateFile(path))
	client.Close()
	played.stop()
	later := newClient(t, played, WithStateFile(path))
	expect(t, render(t, later, "greeting", "Ada").Source, SourceSnapshot)
	expect(t, said(t, later), `["Hi","fallback",null]`)
}

func TestContractOfWhatIsFresh(t *testing.T) {
	played := play(t)
	client := keeping(t, played, "enforce", moodSchema, WithCache(Cache{Fresh: time.Hour, MaxEntries: 10, MaxBytes: 1 << 20}))
	expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
	played.set(func() { played.answer = func(playedRequest) *reply { return refused(422, sentence) } })
	_, err := client.Render(context.Background(), "greeting", Vars{"name": 7})
	if !errors.Is(err, ErrInvalidRequest) {
		t.Fatal(err)
	}
}

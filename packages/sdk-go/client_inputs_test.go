package px0

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/px0/px0/packages/sdk-go/api"
)

// The table of what every client of px0 does with bad inputs; packages/contracts/README.md says how to read it.
type clientInputs struct {
	Settings []struct {
		tableRow
		Setting string
		Sent    string
		Secret  string
	}
	References []struct {
		tableRow
		Reference string
		Path      string
		Query     map[string]string
	}
	Variables []tableRow
	Segments  []struct {
		tableRow
		As string
	}
	Queries []struct {
		Operation, Parameter, Value string
	}
	Answers []struct {
		Status     int
		Px0, Stale bool
		Body       string
		Outcome    string
	}
}

type tableRow struct {
	Value   any
	Outcome string
	NotIn   []string `json:"not_in"`
}

// isFor: whether Go has such a value.
func (r tableRow) isFor() bool { return !slices.Contains(r.NotIn, "go") }

func (r tableRow) text() string { return fmt.Sprint(r.Value) }

func readClientInputs(t *testing.T) clientInputs {
	t.Helper()
	text, err := os.ReadFile("../contracts/client-inputs.json")
	if err != nil {
		t.Skip("this module stands outside of px0's repository")
	}
	var table clientInputs
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

// recorder is a transport that answers for px0, whatever the host.
type recorder struct {
	mu   sync.Mutex
	sent []string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, request.URL.String())
	body := io.NopCloser(strings.NewReader(`{"rendered":"Hi","version":1,"slug":"greeting","tags":[]}`))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: request}, nil
}

// How the errors of Go call the settings.
var settingNames = map[string]string{
	"access_token": "access token", "host": "host", "team_id": "team", "timeout": "timeout", "attempt_timeout": "attempt timeout",
	"retries": "retries", "fresh": "Fresh", "max_entries": "MaxEntries", "fallback": "fallback",
}

var settingVariables = map[string]string{"access_token": "PX0_ACCESS_TOKEN", "host": "PX0_HOST"}

// settingOption gives false for what the types of Go cannot express.
func settingOption(setting string, value any) (Option, bool) {
	text := fmt.Sprint(value)
	number, isNumber := map[string]int{"zero": 0, "negative": -1}[text]
	duration := time.Duration(number)
	if text == "a hundred years" {
		duration, isNumber = 100*365*24*time.Hour, true
	}
	switch setting {
	case "access_token":
		return WithAccessToken(text), true
	case "host":
		return WithHost(text), true
	case "team_id":
		return WithTeam(text), true
	case "timeout":
		return WithTimeout(duration), isNumber
	case "attempt_timeout":
		return WithAttemptTimeout(duration), isNumber
	case "retries":
		return WithRetries(number), isNumber
	case "fresh":
		return WithCache(Cache{Fresh: duration}), isNumber
	case "max_entries":
		return WithCache(Cache{MaxEntries: number}), isNumber
	case "fallback":
		return WithFallbacks(map[string]string{text: "Hi"}), true
	}
	panic("an unknown setting: " + setting)
}

func TestSettingsOfTheTable(t *testing.T) {
	tried := 0
	for _, row := range readClientInputs(t).Settings {
		option, isFor := settingOption(row.Setting, row.Value)
		if !isFor || !row.isFor() {
			continue
		}
		tried++
		title := fmt.Sprintf("%s %q", row.Setting, row.text())
		t.Run(title, func(t *testing.T) {
			usual := []Option{WithoutCache()}
			if row.Setting != "host" {
				usual = append(usual, WithHost("http://px0.example.com"))
			}
			if row.Setting != "access_token" {
				usual = append(usual, WithAccessToken("ak_test"))
			}
			checkSetting(t, row.Outcome, settingNames[row.Setting], row.Sent, row.Secret, append(usual, option))
			variable, has := settingVariables[row.Setting]
			if !has || row.text() == "" || strings.Contains(row.text(), "\x00") {
				return
			}
			t.Setenv(variable, row.text())
			checkSetting(t, row.Outcome, variable, row.Sent, row.Secret, usual)
		})
	}
	if tried < 70 {
		t.Fatalf("only %d settings", tried)
	}
}

func checkSetting(t *testing.T, outcome, name, sent, secret string, options []Option) {
	t.Helper()
	seen := &recorder{}
	client, err := New(append(options, WithHTTPClient(&http.Client{Transport: seen}))...)
	if outcome == "refused" {
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), name) {
			t.Fatalf("the error is %v", err)
		}
		if secret != "" && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
			t.Fatalf("the error holds the secret: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	expect(t, render(t, client, "greeting", "Ada").Source, SourceLive)
	if sent != "" {
		address, _, _ := strings.Cut(seen.sent[0], "/v1/")
		expect(t, address, sent)
	}
}

func TestReferencesOfTheTable(t *testing.T) {
	played := play(t)
	client := newClient(t, played, WithoutCache())
	for _, row := range readClientInputs(t).References {
		if !row.isFor() {
			continue
		}
		t.Run(fmt.Sprintf("%s %q", row.Reference, row.text()), func(t *testing.T) {
			slug, options := "greeting", []RenderOption{WithFallback("a fallback")}
			switch row.Reference {
			case "slug":
				slug = row.text()
			case "tag":
				options = append(options, WithTag(row.text()))
			case "version":
				options = append(options, WithVersion(int(row.Value.(float64))))
			case "team_id":
				options = append(options, WithTeam(row.text()))
			case "missing_key":
				options = append(options, WithMissingKey(row.text()))
			default:
				t.Fatal("an unknown reference")
			}
			played.set(func() { played.requests = nil })
			_, err := client.Render(context.Background(), slug, Vars{"name": "Ada"}, options...)
			requests := played.made("POST")
			if row.Outcome == "refused" {
				expect(t, errors.Is(err, ErrUsage), true)
				expect(t, len(requests), 0)
				return
			}
			if err != nil || len(requests) != 1 {
				t.Fatal(err, requests)
			}
			path, query, _ := strings.Cut(requests[0].path, "?")
			expect(t, path, row.Path)
			expect(t, decodedQuery(t, query), row.Query)
		})
	}
}

// decodedQuery is nil for an empty query, as in the table.
func decodedQuery(t *testing.T, query string) map[string]string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]string
	for name, value := range values {
		if decoded == nil {
			decoded = map[string]string{}
		}
		decoded[name] = strings.Join(value, "|")
	}
	return decoded
}

// namedVariable gives false for what Go has no value of its own for.
func namedVariable(name string) (any, bool) {
	holder := map[string]any{}
	holder["self"] = holder
	var nested any
	for range 100_000 {
		nested = []any{nested}
	}
	value, has := map[string]any{
		"not a number":                                    math.NaN(),
		"infinity":                                        math.Inf(1),
		"negative infinity":                               math.Inf(-1),
		"not a number in a list":                          []float64{1, math.NaN()},
		"not a number in an object":                       struct{ N float32 }{float32(math.NaN())},
		"a number beyond the range of floats":             json.Number("1e400"),
		"a value that holds itself":                       holder,
		"a hundred thousand nested lists":                 nested,
		"a function":                                      func() {},
		"an object of the language without a JSON form":   errors.New("not found"),
		"a task that was not awaited":                     make(chan string),
		"a key that is no text":                           map[float64]string{1.5: "a"},
		"a large whole number within the range of floats": json.Number("123456789012345678901234567890"),
		"null":            nil,
		"a nested object": map[string]any{"a": map[string]any{"b": []any{1, "c"}}},
	}[name]
	return value, has
}

func TestVariablesOfTheTable(t *testing.T) {
	played := play(t)
	played.templates[1] = "{{toJson .value}}"
	client := newClient(t, played, WithoutCache())
	// Go has no sets; what stands for one, map[string]struct{}, is an object like every other map.
	lacking := []string{"a set"}
	for _, row := range readClientInputs(t).Variables {
		value, has := namedVariable(row.text())
		if !row.isFor() || (!has && slices.Contains(lacking, row.text())) {
			continue
		}
		t.Run(row.text(), func(t *testing.T) {
			if !has {
				t.Fatal("an unknown value")
			}
			played.set(func() { played.requests = nil })
			result, err := client.Render(context.Background(), "greeting", Vars{"value": value}, WithFallback("a fallback"))
			if row.Outcome == "refused" {
				expect(t, errors.Is(err, ErrUsage), true)
				expect(t, len(played.made("POST")), 0)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			expect(t, result.Source, SourceLive)
		})
	}
}

var kindsOfAnswers = map[string]error{
	"invalid request": ErrInvalidRequest, "unauthorized": ErrUnauthorized, "forbidden": ErrForbidden, "not found": ErrNotFound,
	"unreachable": ErrUnreachable,
}

func TestAnswersOfTheTable(t *testing.T) {
	for _, row := range readClientInputs(t).Answers {
		t.Run(fmt.Sprintf("%d %t %t %s", row.Status, row.Px0, row.Stale, row.Body), func(t *testing.T) {
			played := play(t)
			client := keep(t, newClient(t, played))
			header := map[string]string{}
			if row.Px0 {
				header["Px0-Revision"] = revisionOf(1700000000000, 1)
			}
			if row.Stale {
				header["Px0-Stale"] = "true"
			}
			played.set(func() {
				played.answer = func(playedRequest) *reply { return &reply{status: row.Status, body: row.Body, header: header} }
			})
			ctx, variables := context.Background(), Vars{"name": "Ada"}
			switch row.Outcome {
			case "live":
				expect(t, render(t, client, "greeting", "Ada").Source, SourceLive)
			case "unreachable":
				expect(t, render(t, client, "farewell", "Ada", WithFallback("Bye")).Source, SourceFallback)
				expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
				_, err := client.Render(ctx, "farewell", variables)
				expect(t, errors.Is(err, ErrUnreachable), true)
			default:
				_, err := client.Render(ctx, "greeting", variables, WithFallback("Hi"))
				if kind := kindsOfAnswers[row.Outcome]; kind == nil || !errors.Is(err, kind) || errors.Is(err, ErrUnreachable) {
					t.Fatalf("the error is %v", err)
				}
			}
		})
	}
}

// generatedOperation is an operation of the generated client, called through reflection.
type generatedOperation struct {
	name string
	call reflect.Value
	path string
}

var pathParameter = regexp.MustCompile(`\{\w+\}`)

// generatedOperations finds every operation of the client, and its path in the source of the package.
func generatedOperations(t *testing.T, client *api.APIClient) []generatedOperation {
	t.Helper()
	paths := generatedPaths(t)
	var operations []generatedOperation
	services := reflect.ValueOf(client).Elem()
	for i := range services.NumField() {
		if !services.Type().Field(i).IsExported() {
			continue
		}
		service := services.Field(i)
		for j := range service.NumMethod() {
			name := service.Type().Method(j).Name
			if strings.HasSuffix(name, "Execute") {
				continue
			}
			path, has := paths[name]
			if !has {
				t.Fatalf("the path of %s is unknown", name)
			}
			delete(paths, name)
			call := service.Method(j)
			if parameters := len(pathParameter.FindAllString(path, -1)); call.Type().NumIn() != 1+parameters {
				t.Fatalf("%s has %d arguments for %s", name, call.Type().NumIn(), path)
			}
			operations = append(operations, generatedOperation{name, call, path})
		}
	}
	if len(paths) > 0 {
		t.Fatalf("no method was found for %v", slices.Collect(maps.Keys(paths)))
	}
	return operations
}

func generatedPaths(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("api/api_*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)\) (\w+)Execute\(r Api\w+\).*?localVarPath := localBasePath \+ "([^"]*)"`)
	paths := map[string]string{}
	for _, file := range files {
		for _, match := range found.FindAllStringSubmatch(readFile(t, file), -1) {
			paths[match[1]] = match[2]
		}
	}
	return paths
}

// execute calls the operation with these path parameters, and with something in each of its other parameters.
func (o generatedOperation) execute(segments []string) error {
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	for _, segment := range segments {
		arguments = append(arguments, reflect.ValueOf(segment))
	}
	request := o.call.Call(arguments)[0]
	for i := range request.NumMethod() {
		if set := request.Method(i); set.Type().NumIn() == 1 && set.Type().NumOut() == 1 && set.Type().Out(0) == request.Type() {
			request = set.Call([]reflect.Value{reflect.Zero(set.Type().In(0))})[0]
		}
	}
	results := request.MethodByName("Execute").Call(nil)
	err, _ := results[len(results)-1].Interface().(error)
	return err
}

// pathsReceived is a server that keeps the paths as they came, and an API client of it.
func pathsReceived(t *testing.T) (*api.APIClient, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var received []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		received = append(received, r.RequestURI)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(server.Close)
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: server.URL}}
	return api.NewAPIClient(configuration), func() []string {
		mu.Lock()
		defer mu.Unlock()
		taken := received
		received = nil
		return taken
	}
}

func TestSegmentsOfTheTableInEveryOperation(t *testing.T) {
	rows := readClientInputs(t).Segments
	client, received := pathsReceived(t)
	tried := 0
	for _, operation := range generatedOperations(t, client) {
		names := pathParameter.FindAllString(operation.path, -1)
		for at, name := range names {
			tried++
			for _, row := range rows {
				segments := slices.Repeat([]string{"plain"}, len(names))
				segments[at] = row.text()
				err := operation.execute(segments)
				got := received()
				if row.Outcome == "refused" {
					if !errors.Is(err, ErrUsage) || len(got) != 0 {
						t.Errorf("%s, %s %q: %v, %v", operation.name, name, row.text(), err, got)
					}
					continue
				}
				want := pathParameter.ReplaceAllString(strings.Replace(operation.path, name, row.As, 1), "plain")
				if len(got) != 1 || strings.SplitN(got[0], "?", 2)[0] != want {
					t.Errorf("%s, %s %q: %v, %v", operation.name, name, row.text(), err, got)
				}
			}
		}
	}
	if tried < 50 {
		t.Fatalf("only %d path parameters", tried)
	}
}

func TestQueriesOfTheTable(t *testing.T) {
	client, received := pathsReceived(t)
	services := generatedOperations(t, client)
	for _, row := range readClientInputs(t).Queries {
		name := strings.ToUpper(row.Operation[:1]) + row.Operation[1:]
		at := slices.IndexFunc(services, func(o generatedOperation) bool { return o.name == name })
		if at < 0 {
			t.Fatalf("there is no operation %s", row.Operation)
		}
		arguments := []reflect.Value{reflect.ValueOf(context.Background())}
		for range pathParameter.FindAllString(services[at].path, -1) {
			arguments = append(arguments, reflect.ValueOf("plain"))
		}
		request := services[at].call.Call(arguments)[0]
		set := request.MethodByName(strings.ToUpper(row.Parameter[:1]) + row.Parameter[1:])
		request = set.Call([]reflect.Value{reflect.ValueOf(row.Value)})[0]
		request.MethodByName("Execute").Call(nil)
		got := received()
		if len(got) != 1 {
			t.Fatalf("%v: %v", row, got)
		}
		_, query, _ := strings.Cut(got[0], "?")
		expect(t, decodedQuery(t, query), map[string]string{row.Parameter: row.Value})
	}
}

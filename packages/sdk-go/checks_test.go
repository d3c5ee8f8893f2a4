package px0

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func expectUsage(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, ErrUsage) {
		t.Fatalf("the error is %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Fatalf("%q is not in %q", word, err)
		}
	}
}

func TestANilIsRefusedByName(t *testing.T) {
	for name, option := range map[string]Option{
		"option":      nil,
		"HTTP client": WithHTTPClient(nil),
		"transport":   WithHTTPClient(&http.Client{Transport: (*http.Transport)(nil)}),
		"roundTrip":   WithHTTPClient(&http.Client{Transport: roundTrip(nil)}),
		"warnings":    WithWarning(nil),
		"greeting":    WithFallbackFuncs(map[string]func(Vars) (string, error){"greeting": nil}),
	} {
		_, err := New(WithHost("http://x"), WithAccessToken("ak_test"), option)
		expectUsage(t, err, "nil", name)
	}
	client := newClient(t, play(t))
	for name, option := range map[string]RenderOption{"option": nil, "fallback function": WithFallbackFunc(nil)} {
		expectUsage(t, renderError(t, client, "greeting", option), "nil", name)
	}
	//nolint:staticcheck // what this is about
	_, err := client.Render(nil, "greeting", nil)
	expectUsage(t, err, "context is nil")
}

func TestAClientThatNewHasNotMadeIsRefused(t *testing.T) {
	for _, client := range []*Client{nil, {}} {
		_, err := client.Render(context.Background(), "greeting", nil)
		expectUsage(t, err, "New")
		expectUsage(t, client.Close(), "New")
	}
}

func TestALaterOptionDoesNotUndoTheRefusalOfAnEarlierOne(t *testing.T) {
	client := newClient(t, play(t))
	expectUsage(t, renderError(t, client, "greeting", WithTag("7"), WithFallback("Hi")), "WithVersion")
	expectUsage(t, renderError(t, client, "greeting", WithFallback("{{"), WithFallback("Hi")), "fallback")
	expectUsage(t, renderError(t, client, "greeting", WithTeam(""), WithTeam("t1")), "team")
	expectUsage(t, renderError(t, client, "greeting", WithVersion(highestVersion+1)), "version")
}

func TestAFallbackForASlugThatNoPromptHasIsRefused(t *testing.T) {
	for _, slug := range []string{"", "..", "\xff"} {
		for _, option := range []Option{
			WithFallbacks(map[string]string{slug: "Hi"}),
			WithFallbackFuncs(map[string]func(Vars) (string, error){slug: func(Vars) (string, error) { return "", nil }}),
		} {
			_, err := New(WithHost("http://x"), WithAccessToken("ak_test"), option)
			expectUsage(t, err, "slug of a fallback")
		}
	}
}

func TestHostsThatNoResolverKnowsAreRefused(t *testing.T) {
	for _, host := range []string{
		"http://${HOST}", "http://<host>:8000", "http://{{ host }}", "http://px0.example.com:", "http://px0.example.com:0",
		"http://[fe80::1%25]", "http://[px0]", "http://px0.example.com/a/.%2E", "http://px0.example.com/%zz", "http://\xff",
		"mailto:px0@example.com", "http", "http://px0.example.com/\u00a0", "http://user:@px0.example.com", "http://@px0.example.com",
	} {
		_, err := New(WithHost(host), WithAccessToken("ak_test"))
		if err == nil {
			t.Fatal(host)
		}
		expectUsage(t, err, "host")
		expect(t, strings.Contains(err.Error(), host) && len(host) > 4, false)
	}
	for _, host := range []string{"HTTPS://px0.example.com", "http://px0_internal", "http://px0.exämple.com", "http://h/a@b", "http://h/a%2F..%2Fb", "http://[fe80::1%25eth0]:80"} {
		if _, err := New(WithHost(host), WithAccessToken("ak_test")); err != nil {
			t.Fatal(host, err)
		}
	}
}

func TestAnEmptyVariableOfTheEnvironmentCountsAsUnset(t *testing.T) {
	t.Setenv("PX0_HOST", "")
	t.Setenv("PX0_ACCESS_TOKEN", "")
	_, err := New()
	expectUsage(t, err, "no access token")
	client, err := New(WithAccessToken("ak_test"))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, client.settings.host, defaultHost)
}

// The environment's proxies are read once by a process, so this one starts itself again.
func TestAPasswordOfAProxyIsInNoError(t *testing.T) {
	const asked = "PX0_TEST_PROXY"
	if os.Getenv(asked) != "" {
		client, err := New(WithHost("http://px0.example.com"), WithAccessToken("ak_test"), WithRetries(0))
		if err == nil {
			_, err = client.Render(context.Background(), "greeting", nil)
		}
		fmt.Printf("%v %t %t\n", err, errors.Is(err, ErrUsage), errors.Is(err, ErrUnreachable))
		return
	}
	for proxy, want := range map[string]string{
		"http://someone:hunter2@127.0.0.1:1":   "false true",
		"socks5://someone:hunter2@127.0.0.1:1": "false true",
		"http://someone:hun ter2@proxy:port":   "HTTP_PROXY",
	} {
		again := exec.Command(os.Args[0], "-test.run=^TestAPasswordOfAProxyIsInNoError$", "-test.v")
		again.Env = append(os.Environ(), asked+"=1", "HTTP_PROXY="+proxy, "http_proxy="+proxy, "NO_PROXY=", "no_proxy=")
		out, err := again.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) || strings.Contains(string(out), "ter2") {
			t.Fatalf("%s gave %v\n%s", proxy, err, out)
		}
	}
}

func TestWhatOthersSayIsRepeatedWithoutCredentials(t *testing.T) {
	const token = "ak_0123456789abcdef"
	for said, want := range map[string]string{
		"bad header \"Bearer " + token + "\"":                        "bad header \"Bearer ***\"",
		"no proxy at http://someone:hunter2@proxy:1":                 "no proxy at http://***@proxy:1",
		"parse \"socks5://someone:hun ter/2@proxy\": a blank, maybe": "parse \"socks5://***@proxy\": a blank, maybe",
		"lookup px0: no such host":                                   "lookup px0: no such host",
	} {
		inner := errors.New(said)
		transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("refused: %w", inner) })
		client := newClient(t, play(t), WithAccessToken(token), WithHTTPClient(&http.Client{Transport: transport}))
		err := renderError(t, client, "a@b")
		expect(t, errors.Is(err, ErrUnreachable), true)
		expect(t, strings.HasSuffix(err.Error(), "refused: "+want), true)
		expect(t, errors.Is(err, inner), said == want)
		for each := err; each != nil; each = errors.Unwrap(each) {
			for _, secret := range []string{token, "hunter2", "hun ter"} {
				expect(t, strings.Contains(fmt.Sprintf("%v %+v", each, each), secret), false)
			}
		}
	}
	played := play(t)
	for _, status := range []int{403, 502} {
		played.set(func() {
			played.answer = func(r playedRequest) *reply { return refused(status, r.header.Get("Authorization")) }
		})
		err := renderError(t, newClient(t, played, WithAccessToken(token)), "greeting")
		expect(t, strings.Contains(err.Error(), "Bearer ***"), true)
	}
	for _, secret := range []string{token, "http://someone:hunter2@proxy"} {
		// Where a long text is cut, within the secret.
		said := strings.Repeat("x", longestDetail-len(secret)+2) + secret
		played.set(func() { played.answer = func(playedRequest) *reply { return refused(502, said) } })
		err := renderError(t, newClient(t, played, WithAccessToken(token)), "greeting")
		expect(t, strings.Contains(err.Error(), secret[:12]), false)
	}
}

func TestEveryRefusalIsOneOfTheKinds(t *testing.T) {
	played := play(t)
	client := newClient(t, played)
	for _, status := range []int{400, 402, 405, 409, 412, 415, 418, 451, 499} {
		played.set(func() { played.answer = func(playedRequest) *reply { return refused(status, "no") } })
		err := renderError(t, client, "greeting", WithFallback("Hi"))
		expect(t, errors.Is(err, ErrRefused), true)
		expect(t, errors.Is(err, ErrUnreachable), false)
	}
}

func TestAnAnswerIsReadByItsExactNames(t *testing.T) {
	played := play(t)
	client := keep(t, newClient(t, played))
	header := map[string]string{"Px0-Revision": revisionOf(1700000000000, 1)}
	for _, given := range []reply{
		{status: 404, body: `{"Error":"not found"}`},
		{status: 404, body: `{"error":null}`},
		{status: 404, body: `["error"]`},
		{status: 404, body: `null`},
		{status: 200, body: `{"Rendered":"Hi","Version":1,"Tags":[]}`},
		{status: 200, body: `{"rendered":"Hi","version":1,"tags":null}`},
		{status: 200, body: `{"rendered":"Hi","version":1.5,"tags":[]}`},
	} {
		given.header = header
		played.set(func() { played.answer = func(playedRequest) *reply { return &given } })
		expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
	}
}

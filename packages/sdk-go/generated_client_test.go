package px0

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/px0/px0/packages/sdk-go/api"
)

func generatedClient(address string) *api.APIClient {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: address}}
	return api.NewAPIClient(configuration)
}

// answering is an API client of a server that answers everything with this.
func answering(t *testing.T, status int, header map[string]string, body string) *api.APIClient {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return generatedClient(server.URL)
}

func renderLive(ctx context.Context, client *api.APIClient) error {
	_, _, err := client.PromptRendersAPI.RenderLive(ctx, "greeting").RenderRequest(api.RenderRequest{}).Execute()
	return err
}

func TestAnswersOfTheTableToTheGeneratedClient(t *testing.T) {
	kinds := []error{ErrInvalidRequest, ErrUnauthorized, ErrForbidden, ErrNotFound, ErrUnreachable, ErrConflict, ErrUsage}
	for _, row := range readClientInputs(t).Answers {
		t.Run(fmt.Sprintf("%d %t %t %s", row.Status, row.Px0, row.Stale, row.Body), func(t *testing.T) {
			header := map[string]string{"Content-Type": "application/json"}
			if row.Px0 {
				header["Px0-Revision"] = revisionOf(1700000000000, 1)
			}
			if row.Stale {
				header["Px0-Stale"] = "true"
			}
			err := renderLive(context.Background(), answering(t, row.Status, header, row.Body))
			// It looks whether the fields of an answer are there and of their types, not what they hold.
			hasFields := row.Status == 200 && strings.HasPrefix(row.Body, `{"rendered":`)
			if row.Outcome == "live" || (hasFields && err == nil) {
				expect(t, err, nil)
				return
			}
			for _, kind := range kinds {
				expect(t, errors.Is(err, kind), kind == kindsOfAnswers[row.Outcome])
			}
			expect(t, errors.Is(err, ErrRefused), row.Outcome != "unreachable")
			var generated *api.GenericOpenAPIError
			expect(t, errors.As(err, &generated), true)
			expect(t, string(generated.Body()), row.Body)
		})
	}
}

func TestConflictsAreToldByTheGeneratedClient(t *testing.T) {
	for _, status := range []int{409, 412} {
		header := map[string]string{"Px0-Revision": revisionOf(1700000000000, 1)}
		err := renderLive(context.Background(), answering(t, status, header, `{"error":"taken"}`))
		expect(t, errors.Is(err, ErrConflict), true)
	}
}

func TestAPageInPlaceOfNoContentIsAnOutage(t *testing.T) {
	_, err := answering(t, 200, nil, "<html>Log in</html>").AuthAPI.Logout(context.Background()).Execute()
	expect(t, errors.Is(err, ErrUnreachable), true)
	_, err = answering(t, 204, nil, "").AuthAPI.Logout(context.Background()).Execute()
	expect(t, err, nil)
}

func TestConnectionsThatFailAreOutages(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unused := listener.Addr().String()
	listener.Close()
	broken := answering(t, 200, map[string]string{"Content-Length": "1000"}, `{"rendered":"Hi"`)
	proxied := generatedClient("http://px0.example.com")
	proxy := &url.URL{Scheme: "http", User: url.UserPassword("someone", "hunter2"), Host: unused}
	proxied.GetConfig().HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	for name, client := range map[string]*api.APIClient{
		"refused": generatedClient("http://someone:hunter2@" + unused), "broken off": broken, "through a proxy": proxied,
	} {
		t.Run(name, func(t *testing.T) {
			err := renderLive(context.Background(), client)
			expect(t, errors.Is(err, ErrUnreachable), true)
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "hunter2") {
				t.Fatal(text)
			}
		})
	}
}

func TestAnAnswerThatComesTooLateIsAnOutage(t *testing.T) {
	client := generatedClient(silentServer(t))
	client.GetConfig().HTTPClient = &http.Client{Timeout: 1}
	expect(t, errors.Is(renderLive(context.Background(), client), ErrUnreachable), true)
}

func TestACallThatItsCallerEndsIsNoOutage(t *testing.T) {
	client := generatedClient(silentServer(t))
	ctx, cancel := context.WithCancelCause(context.Background())
	mine := errors.New("the caller has gone")
	cancel(mine)
	err := renderLive(ctx, client)
	expect(t, errors.Is(err, context.Canceled) && errors.Is(err, mine), true)
	expect(t, errors.Is(err, ErrUnreachable), false)
	expired, cancelExpired := context.WithTimeout(context.Background(), 0)
	defer cancelExpired()
	err = renderLive(expired, client)
	expect(t, errors.Is(err, context.DeadlineExceeded), true)
	expect(t, errors.Is(err, ErrUnreachable), false)
}

// silentServer takes connections and answers none.
func silentServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String()
}

func TestRequestsThatCannotBeSentAreRefusedByTheGeneratedClient(t *testing.T) {
	played := play(t)
	ctx := context.Background()
	token := context.WithValue(ctx, api.ContextAccessToken, "hunter2\n")
	unsendable := api.RenderRequest{Variables: map[string]any{"it": func() {}}}
	for name, call := range map[string]func() error{
		"no scheme":      func() error { return renderLive(ctx, generatedClient("px0.example.com")) },
		"another scheme": func() error { return renderLive(ctx, generatedClient("ftp://px0.example.com")) },
		"a bad address":  func() error { return renderLive(ctx, generatedClient("http://someone:hunter2 @px0.example.com")) },
		"a bad token":    func() error { return renderLive(token, generatedClient(played.server.URL)) },
		"no body": func() error {
			_, _, err := generatedClient(played.server.URL).PromptRendersAPI.RenderLive(ctx, "greeting").Execute()
			return err
		},
		"a body without a form": func() error {
			_, _, err := generatedClient(played.server.URL).PromptRendersAPI.RenderLive(ctx, "greeting").RenderRequest(unsendable).Execute()
			return err
		},
		"no server": func() error {
			client := generatedClient(played.server.URL)
			client.GetConfig().Servers = nil
			return renderLive(ctx, client)
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			expect(t, errors.Is(err, ErrUsage), true)
			expect(t, strings.Contains(err.Error(), "hunter2"), false)
			expect(t, len(played.made("POST")), 0)
		})
	}
}

package px0

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
)

const serviceHeader = "Px0-Service"

type request struct {
	method string
	// With the query.
	path string
	body []byte
	// Whether px0 is told which service renders.
	isRender bool
}

type answer struct {
	status int
	header http.Header
	body   []byte
	// The body was longer than an answer of px0 is, and has not been read to its end.
	isTooLong bool
}

// transport makes requests to px0: the token, the revision, time limits and retries. It judges no status beyond whether to send
// the request again.
type transport struct {
	settings *settings
	client   *http.Client
	owned    *http.Transport
	// In bytes; a field so that tests need not send that much.
	longestAnswer int64
	revision      highestRevision
	budget        retryBudget
}

func newTransport(s *settings) *transport {
	t := &transport{settings: s, longestAnswer: answers.Longest, budget: retryBudget{left: fullBudget}}
	if s.httpClient != nil {
		copied := *s.httpClient
		t.client = &copied
	} else {
		t.owned = newHTTPTransport()
		t.client = &http.Client{Transport: t.owned}
	}
	t.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return t
}

func newHTTPTransport() *http.Transport {
	made := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if usual, ok := http.DefaultTransport.(*http.Transport); ok {
		made = usual.Clone()
	}
	// All requests go to one host; the usual two connections kept for it would be opened and closed all the time.
	made.MaxIdleConnsPerHost = 100
	return made
}

func (t *transport) close() {
	if t.owned != nil {
		t.owned.CloseIdleConnections()
	}
}

// send gives the answer, whatever its status; else an UnreachableError, or the cause of ctx when that has ended.
func (t *transport) send(ctx context.Context, r request) (*answer, error) {
	deadline := time.Now().Add(t.settings.timeout)
	for retry := 0; ; retry++ {
		got, err := t.attempt(ctx, r, time.Until(deadline))
		if err == nil {
			t.revision.see(got.header.Get("Px0-Revision"))
		} else if cause := ended(ctx); cause != nil {
			return nil, cause
		}
		wait, again := t.waitAfter(got, retry)
		if !again || !time.Now().Add(wait).Before(deadline) || !t.budget.take() {
			return got, err
		}
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// waitAfter says whether the request is sent again, and how long to wait before.
func (t *transport) waitAfter(got *answer, retry int) (time.Duration, bool) {
	if got != nil && !isPassing(got.status) {
		t.budget.succeeded()
		return 0, false
	}
	if retry >= t.settings.retries {
		return 0, false
	}
	var retryAfter time.Duration
	if got != nil {
		retryAfter = parseRetryAfter(got.header.Get("Retry-After"), time.Now())
	}
	return waitBeforeRetry(retry, retryAfter, rand.Float64), true
}

// isPassing: answers that tell of a passing state.
func isPassing(status int) bool { return status == 429 || (status >= 502 && status <= 504) }

func (t *transport) attempt(ctx context.Context, r request, left time.Duration) (*answer, error) {
	limit := max(time.Millisecond, min(t.settings.attemptTimeout, left))
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, r.method, t.settings.host+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, t.failure(limited, err, limit)
	}
	t.setHeaders(req, r)
	res, err := t.client.Do(req)
	if err != nil {
		return nil, t.failure(limited, err, limit)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		// The body is then the connection itself, which no time limit of net/http ends.
		return &answer{status: res.StatusCode, header: res.Header}, nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, t.longestAnswer+1))
	if err != nil {
		return nil, t.failure(limited, err, limit)
	}
	return &answer{res.StatusCode, res.Header, body, int64(len(body)) > t.longestAnswer}, nil
}

func (t *transport) setHeaders(req *http.Request, r request) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+t.settings.accessToken)
	req.Header.Set("User-Agent", "px0-go/"+Version)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if service := t.settings.service; r.isRender && service != "" {
		req.Header.Set(serviceHeader, service)
	}
	if revision := t.revision.get(); revision != "" {
		req.Header.Set("Px0-Min-Revision", revision)
	}
}

// failure says what kept a request from being answered. limited is the context of the request.
func (t *transport) failure(limited context.Context, err error, limit time.Duration) error {
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		message := fmt.Sprintf("%s has not answered within %v", t.settings.host, limit.Round(time.Millisecond))
		return &UnreachableError{Message: message, Err: context.DeadlineExceeded}
	}
	cause := answers.Cause(t.settings.accessToken, err)
	return &UnreachableError{Message: fmt.Sprintf("%s cannot be reached: %s", t.settings.host, cause), Err: cause}
}

func (s *settings) withoutSecrets(text string) string {
	return answers.WithoutSecrets(s.accessToken, text)
}

// ended gives the cause of a context that has ended, also in the moment between its deadline and its timer; else nil.
func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if deadline, has := ctx.Deadline(); has && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

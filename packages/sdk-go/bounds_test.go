package px0

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire is a server that answers every connection by the bytes that answer writes, after the request's head has come.
func wire(t *testing.T, answer func(io.ReadWriter)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	t.Cleanup(func() { listener.Close(); open.Wait() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			open.Add(1)
			go func() {
				defer open.Done()
				defer connection.Close()
				_, _ = connection.Read(make([]byte, 4096))
				answer(connection)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// endless writes the text until the other side has gone, with a wait between.
func endless(text string, wait time.Duration) func(io.ReadWriter) {
	return func(to io.ReadWriter) {
		for {
			if _, err := io.WriteString(to, text); err != nil {
				return
			}
			time.Sleep(wait)
		}
	}
}

func silence(to io.ReadWriter) { _, _ = io.Copy(io.Discard, to) }

func after(head string, rest func(io.ReadWriter)) func(io.ReadWriter) {
	return func(to io.ReadWriter) {
		_, _ = io.WriteString(to, head)
		rest(to)
	}
}

func TestAnAnswerWithoutAnEndIsGivenUp(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	const chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	megabyte := strings.Repeat(" ", 1<<20)
	for name, answer := range map[string]func(io.ReadWriter){
		"interim answers":               endless("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0),
		"interim answers, now and then": endless("HTTP/1.1 102 Processing\r\n\r\n", 5*time.Millisecond),
		"headers":                       after(ok, endless("X-A: b\r\n", 0)),
		"one header":                    after(ok+"X-A: ", endless(megabyte, 0)),
		"a head that drips":             after(ok+"X-A: ", endless("b", 5*time.Millisecond)),
		"a body that drips":             after(ok+"\r\n{", endless(" ", 5*time.Millisecond)),
		"chunks that drip":              after(chunked, endless("1\r\n \r\n", 5*time.Millisecond)),
		"an extension of a chunk":       after(chunked+"1;", endless("a", 0)),
		"another protocol":              after("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: px0\r\n\r\n", silence),
		"another protocol, unnamed":     after("HTTP/1.1 101 Switching Protocols\r\n\r\n", silence),
		"trailers":                      after(chunked+"0\r\n", endless("X-A: b\r\n", 0)),
		"nothing":                       silence,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := New(WithHost(wire(t, answer)), WithAccessToken("ak_test"), WithRetries(1), WithTimeout(300*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi")).Source, SourceFallback)
		})
	}
}

func TestABodyLongerThanAnyOfPx0sIsAnOutageAndNotReadToItsEnd(t *testing.T) {
	megabyte := strings.Repeat(" ", 1<<20)
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	for range 3 {
		_, _ = io.WriteString(packer, megabyte)
	}
	packer.Close()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	zipped := fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", head, packed.Len(), packed.String())
	for name, answer := range map[string]func(io.ReadWriter){
		"endless":  after(head+"\r\n", endless(megabyte, 0)),
		"chunked":  after(head+"Transfer-Encoding: chunked\r\n\r\n", endless("100000\r\n"+megabyte+"\r\n", 0)),
		"declared": after(head+"Content-Length: 9223372036854775807\r\n\r\n", endless(megabyte, 0)),
		"packed":   after(zipped, func(io.ReadWriter) {}),
	} {
		t.Run(name, func(t *testing.T) {
			client, err := New(WithHost(wire(t, answer)), WithAccessToken("ak_test"), WithTimeout(time.Minute), WithAttemptTimeout(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			expect(t, client.transport.longestAnswer, 64<<20)
			client.transport.longestAnswer = 2 << 20
			err = renderError(t, client, "greeting")
			var away *UnreachableError
			if !errors.As(err, &away) || away.Status != 200 || !strings.Contains(err.Error(), "more than 64 MiB") {
				t.Fatal(err)
			}
		})
	}
}

type trackedBody struct {
	io.ReadCloser
	open *atomic.Int64
}

func (b trackedBody) Close() error {
	b.open.Add(-1)
	return b.ReadCloser.Close()
}

func TestEveryBodyIsClosed(t *testing.T) {
	played := play(t)
	var open, answered atomic.Int64
	transport := roundTrip(func(request *http.Request) (*http.Response, error) {
		response, err := http.DefaultTransport.RoundTrip(request)
		if err == nil {
			answered.Add(1)
			open.Add(1)
			response.Body = trackedBody{response.Body, &open}
		}
		return response, err
	})
	client := newClient(t, played, WithHTTPClient(&http.Client{Transport: transport}), WithRetries(1))
	client.transport.longestAnswer = 1 << 20
	for _, given := range []*reply{
		nil, {status: 204}, refused(404, "no"), refused(403, "no"), {status: 502}, {status: 429}, {status: 200, body: "<html>"},
		{status: 302, header: map[string]string{"Location": "/elsewhere"}},
		{status: 200, body: strings.Repeat(" ", 2<<20)},
		{status: 200, body: "{", header: map[string]string{"Content-Length": "9"}},
		{status: 200, body: "{", header: map[string]string{"Content-Encoding": "gzip"}},
	} {
		played.set(func() { played.answer = func(playedRequest) *reply { return given } })
		_, _ = client.Render(context.Background(), "greeting", Vars{"name": "Ada"})
	}
	eventually(t, "idle", client.isIdle)
	expect(t, open.Load(), int64(0))
	expect(t, answered.Load() >= 11, true)
}

func TestTheLongestTimesWork(t *testing.T) {
	const forever = time.Duration(math.MaxInt64)
	client := keep(t, newClient(t, play(t), WithTimeout(forever), WithAttemptTimeout(forever), WithRetries(math.MaxInt),
		WithCache(Cache{Fresh: forever, StaleWhileRevalidate: forever})))
	expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
}

func TestTheLimitOfAGivenHTTPClientIsAnOutageAndNotTheLimitOfTheCall(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply { return &reply{status: 200, delay: time.Minute} }
	client := newClient(t, played, WithHTTPClient(&http.Client{Timeout: 20 * time.Millisecond}))
	err := renderError(t, client, "greeting")
	expect(t, errors.Is(err, ErrUnreachable), true)
	expect(t, strings.Contains(err.Error(), "has not answered within"), false)
}

func TestARedirectIsNotFollowedWhateverTheGivenClientSays(t *testing.T) {
	played := play(t)
	location := map[string]string{"Location": played.host() + "/elsewhere"}
	played.answer = func(playedRequest) *reply { return &reply{status: 307, header: location} }
	given := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	client := newClient(t, played, WithHTTPClient(given))
	expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi")).Source, SourceFallback)
	expect(t, len(played.made("POST")), 1)
	expect(t, given.CheckRedirect(nil, nil), nil)
}

// lateTimer is a context whose deadline has passed and whose timer has not fired yet, as it may be for a moment.
type lateTimer struct{ context.Context }

func (lateTimer) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func TestADeadlineOfTheCallerIsNoOutageBeforeItsTimerFires(t *testing.T) {
	client := newClient(t, play(t), WithFallbacks(map[string]string{"greeting": "Hi"}))
	_, err := client.Render(lateTimer{context.Background()}, "greeting", nil)
	expect(t, err, context.DeadlineExceeded)
}

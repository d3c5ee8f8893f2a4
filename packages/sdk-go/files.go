package px0

import (
	"context"
	"io"
	"net/http"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

// loadFiles reads the state file, and lays the bundle over it.
func (c *Client) loadFiles() {
	s := c.settings
	if s.stateFile != "" {
		file := &stateFile{path: s.stateFile, host: s.host, slugs: s.slugs, lines: c.stateLines, warn: s.warn}
		read := file.read()
		for _, entry := range read.kept {
			c.kept.update(entry.wanted, func(*kept) *kept { return entry })
		}
		if read.replica != nil && c.delivery != nil {
			c.delivery.Load(read.replica, delivery.BySnapshot, read.savedAt)
		}
		// Only now: what it holds need not be written again.
		c.state = file
	}
	if s.bundleFile != "" {
		c.bundle = &bundleFile{path: s.bundleFile, keys: s.bundleKeys, load: c.loadBundle, warn: s.warn, isWatched: s.mode == ModeFile}
		c.bundle.look()
	}
}

// stateLines are those of the state file; nil when there is nothing to write at the moment.
func (c *Client) stateLines() func(func([]byte) bool) {
	s := c.settings
	savedAt := c.madeAt
	if c.delivery == nil {
		return stateLines(s.host, s.slugs, savedAt, nil, c.kept.all())
	}
	var frames *heldFrames
	isHeld := true
	c.delivery.WithReplica(func(replica *delivery.Replica, view *delivery.View) {
		if at := view.SavedAt(); !at.IsZero() {
			savedAt = at
		}
		if replica.Last != "" {
			frames = framesOf(replica)
		}
		// While everything is asked for again, what the file has is better than nothing.
		isHeld = frames != nil || view.Refusal != nil || replica.Size() == 0
	})
	if !isHeld {
		return nil
	}
	return stateLines(s.host, s.slugs, savedAt, frames, c.kept.all())
}

func (c *Client) deliveryOptions() delivery.Options {
	s := c.settings
	transport := s.deliveryTransport
	if transport == nil {
		transport, c.closeDelivery = newDeliveryTransport(s)
	}
	return delivery.Options{
		Mode: delivery.Mode(s.mode), Transport: transport, Random: s.random, Slugs: s.slugs, Team: s.team, PollInterval: s.pollInterval,
		InitTimeout: s.initTimeout,
		// What stands before px0 may repeat the request in its answer.
		OnWarning: func(text string) { s.warn(s.withoutSecrets(text)) },
		OnState:   func(view *delivery.View) { c.statusListeners.tell(c.statusOf(view)) },
		OnChanged: c.heldChanged,
		OnOtherInstallation: func() {
			c.written.forget()
			c.transport.revision.forget()
		},
	}
}

// heldChanged: what is held has changed, or was confirmed.
func (c *Client) heldChanged(isRefused, isOther bool) {
	if isRefused {
		c.kept.clear()
	} else if c.delivery != nil && c.delivery.View().IsConfirmed() {
		// px0 may have said meanwhile that these are gone.
		c.forgetEarlier.Do(c.kept.removeLoose)
	}
	switch {
	case c.state == nil:
	case isRefused:
		c.state.refused()
	case isOther:
		c.state.changed()
	default:
		c.state.confirmed()
	}
}

// newDeliveryTransport sends the requests of deliveries, which have no end: no time limit of a whole request may hold for them.
func newDeliveryTransport(s *settings) (send delivery.Transport, closeIdle func()) {
	client := &http.Client{}
	closeIdle = func() {}
	if s.httpClient != nil {
		*client = *s.httpClient
		client.Timeout = 0
	} else {
		owned := newHTTPTransport()
		client.Transport, closeIdle = owned, owned.CloseIdleConnections
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	send = func(ctx context.Context, request delivery.Request) (*delivery.Answer, error) {
		made, err := http.NewRequestWithContext(ctx, http.MethodGet, s.host+request.Path, nil)
		if err != nil {
			return nil, answers.Cause(s.accessToken, err)
		}
		made.Header = request.Header
		made.Header.Set("Authorization", "Bearer "+s.accessToken)
		made.Header.Set("User-Agent", "px0-go/"+Version)
		got, err := client.Do(made)
		if err != nil {
			closeIdle()
			return nil, answers.Cause(s.accessToken, err)
		}
		body := &deliveryBody{ReadCloser: got.Body, token: s.accessToken, closeIdle: closeIdle}
		return &delivery.Answer{Status: got.StatusCode, Header: got.Header, Body: body}, nil
	}
	return send, closeIdle
}

// deliveryBody has errors without secrets. A connection that has failed is not used again: HTTP/2 would go on with one that is dead.
type deliveryBody struct {
	io.ReadCloser
	token     string
	hasFailed bool
	closeIdle func()
}

func (b *deliveryBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if err != nil && err != io.EOF {
		b.hasFailed = true
		err = answers.Cause(b.token, err)
	}
	return n, err
}

func (b *deliveryBody) Close() error {
	err := b.ReadCloser.Close()
	if b.hasFailed {
		b.closeIdle()
	}
	return err
}

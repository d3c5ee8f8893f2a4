package delivery

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

const mostOfRefusal = 64 << 10

// Request for a stream or a snapshot; whoever sends it adds the caller's credential.
type Request struct {
	// From /v1/ on, with its query.
	Path   string
	Header http.Header
}

// Answer to a Request.
type Answer struct {
	Status int
	Header http.Header
	// Decompressed. It ends with an error when the connection breaks or the context has ended.
	Body io.ReadCloser
}

// Transport sends a request. The error says why there is no answer.
type Transport func(ctx context.Context, request Request) (*Answer, error)

type outcomeKind string

const (
	// ofMeaning: the answer says it.
	ofMeaning outcomeKind = ""
	// ended: frames came, and came to an end, or no answer came.
	ended outcomeKind = "ended"
	// closed from this side.
	closedHere outcomeKind = "closed"
	// silent: headers came, and no hello.
	silent outcomeKind = "silent"
)

// outcome is what has ended a connection.
type outcome struct {
	kind    outcomeKind
	meaning Meaning
	header  http.Header
	// Of ended; empty for an end in order.
	error string
}

// connection is one request for a stream or a snapshot, from its beginning to its end: what arrives becomes frames, and whatever ends it becomes
// an outcome. The client's lock guards it.
type connection struct {
	client *Client
	media  string
	// The one that the client looks at, or a fork until it is in step.
	replica *Replica
	// A sync has come on it.
	isInStep bool

	cancel     context.CancelFunc
	failure    *outcome
	hasHead    bool
	lastByteAt time.Time
	patience   time.Duration
	timer      *time.Timer
	// When hello came.
	helloAt time.Time
}

// lived is how long it has lived since its hello.
func (c *connection) lived() time.Duration {
	if c.helloAt.IsZero() {
		return 0
	}
	return time.Since(c.helloAt)
}

// close ends it for a reason; the first one counts.
func (c *connection) close(why outcome) {
	if c.failure != nil {
		return
	}
	c.failure = &why
	stop(&c.timer)
	c.cancel()
}

// run is the connection's goroutine.
func (c *connection) run(ctx context.Context, request Request) {
	defer c.client.connections.Done()
	why := c.follow(ctx, request)
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	c.close(why)
	c.client.ended(c, *c.failure)
	c.client.publish()
}

func (c *connection) follow(ctx context.Context, request Request) outcome {
	answer, err := c.client.options.Transport(ctx, request)
	if err != nil {
		return outcome{kind: ended, error: err.Error()}
	}
	defer answer.Body.Close()
	c.note()
	var body []byte
	if answer.Status != http.StatusOK && answer.Status != http.StatusSwitchingProtocols {
		// What is broken off is of another form.
		body, _ = io.ReadAll(io.LimitReader(answer.Body, mostOfRefusal))
	}
	if meaning, isDelivery := c.judge(answer, request.Header.Get("If-None-Match") != "", body); !isDelivery {
		return outcome{meaning: meaning, header: answer.Header}
	}
	err = c.read(answer.Body)
	if err != nil && err != io.EOF {
		return outcome{kind: ended, error: err.Error()}
	}
	return outcome{kind: ended}
}

func (c *connection) note() {
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	c.hasHead, c.lastByteAt = true, time.Now()
}

func (c *connection) judge(answer *Answer, isConditional bool, body []byte) (Meaning, bool) {
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	meaning := MeaningOf(answer.Status, answer.Header, c.media, isConditional, body, c.replica.Floor)
	if meaning.Kind != Delivery || c.failure != nil {
		return meaning, false
	}
	c.client.delivers(c, answer.Header)
	return meaning, true
}

const pieceSize = 32 << 10

func (c *connection) read(body io.Reader) error {
	take := c.texts()
	piece := make([]byte, pieceSize)
	for {
		n, err := body.Read(piece)
		if n > 0 {
			if err := c.takePiece(piece[:n], take); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

// texts gives what reads the frames of a piece.
func (c *connection) texts() func([]byte) error {
	if c.media == StreamMedia {
		reader := NewEventReader()
		return func(piece []byte) error {
			return reader.Read(piece, func(event StreamEvent) error { return c.takeText(event.Data) })
		}
	}
	reader := NewLineReader(MaxLine)
	return func(piece []byte) error { return reader.Read(piece, c.takeText) }
}

func (c *connection) takePiece(piece []byte, take func([]byte) error) error {
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	if c.failure != nil {
		return context.Canceled
	}
	// Until hello came, the time runs from the headers.
	if c.media != StreamMedia || !c.helloAt.IsZero() {
		c.lastByteAt = time.Now()
	}
	err := take(piece)
	// What renders see changes once for a piece.
	c.client.publish()
	return err
}

func (c *connection) takeText(text []byte) error {
	if c.failure != nil {
		return context.Canceled
	}
	frame, err := ReadFrame(text)
	if err != nil || frame == nil {
		return err
	}
	if frame.Type == "hello" {
		c.greet(frame.Heartbeat)
	}
	c.client.receive(c, frame)
	return nil
}

func (c *connection) greet(heartbeat time.Duration) {
	c.helloAt = time.Now()
	c.lastByteAt = c.helloAt
	if heartbeat > 0 {
		c.patience = beatsOfPatience * heartbeat
	}
	c.watch()
}

// watch ends a connection that has gone quiet.
func (c *connection) watch() {
	left := time.Until(c.lastByteAt.Add(c.patience))
	if left > 0 {
		c.client.after(left, &c.timer, c.watch)
		return
	}
	if c.media == StreamMedia && c.hasHead && c.helloAt.IsZero() {
		c.close(outcome{kind: silent})
		return
	}
	c.close(outcome{kind: ended, error: "nothing came for too long"})
}

func protocolError(protocol int) outcome {
	return outcome{kind: ended, error: fmt.Sprintf("the protocol is %d", protocol)}
}

package delivery

import "bytes"

const (
	mostDataLines = 1_000
	mostOfLine    = MaxLine + len("data: ")
)

// StreamEvent is an event of a text/event-stream, as far as px0 uses the format.
type StreamEvent struct {
	// Event is "message" unless the event says otherwise.
	Event string
	Data  []byte
	// ID is of this event, not of an earlier one; empty when it has none.
	ID string
}

// EventReader gives the events of a text/event-stream that arrives in pieces.
type EventReader struct {
	lines     *LineReader
	event, id string
	data      []byte
	dataLines int
}

// NewEventReader makes a reader for one stream.
func NewEventReader() *EventReader { return &EventReader{lines: NewLineReader(mostOfLine)} }

// Read calls take for each event that ends in this piece. An event without data is none. The error is that of take, or a *FrameError for an
// event that is too long or not UTF-8.
func (r *EventReader) Read(piece []byte, take func(StreamEvent) error) error {
	return r.lines.Read(piece, func(line []byte) error {
		if len(line) > 0 {
			return r.take(line)
		}
		made, hasData := StreamEvent{r.event, r.data, r.id}, r.dataLines > 0
		r.event, r.id, r.data, r.dataLines = "", "", nil, 0
		if !hasData {
			return nil
		}
		if made.Event == "" {
			made.Event = "message"
		}
		return take(made)
	})
}

// take reads a field. Comments, which keep a connection alive, and fields that px0 does not use say nothing.
func (r *EventReader) take(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte{':'})
	value = bytes.TrimPrefix(value, []byte{' '})
	switch string(name) {
	case "event":
		r.event = string(value)
	case "id":
		r.id = string(value)
	case "data":
		if r.dataLines > 0 {
			r.data = append(r.data, '\n')
		}
		r.data = append(r.data, value...)
		r.dataLines++
		if len(r.data) > MaxLine || r.dataLines > mostDataLines {
			return &FrameError{"an event is too long"}
		}
	}
	return nil
}

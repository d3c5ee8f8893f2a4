package delivery

import (
	"bytes"
	"unicode/utf8"
)

// MaxLine is how many bytes a frame's line may have.
const MaxLine = 8 << 20

// LineReader gives the lines of a body that arrives in pieces, cut anywhere. What it holds of a line that has not ended is bounded. A line ends
// with \n or \r\n.
type LineReader struct {
	most int
	held []byte
}

// NewLineReader makes a reader for lines of so many bytes, their ends not counted.
func NewLineReader(most int) *LineReader { return &LineReader{most: most} }

// IsWithinLine tells whether a line has begun that has not ended.
func (r *LineReader) IsWithinLine() bool { return len(r.held) > 0 }

// Read calls take for each line that ends in this piece; the line is only valid during the call. The error is that of take, or a *FrameError
// for a line that is too long or not UTF-8.
func (r *LineReader) Read(piece []byte, take func(line []byte) error) error {
	for {
		end := bytes.IndexByte(piece, '\n')
		if end < 0 {
			break
		}
		if err := r.line(piece[:end], take); err != nil {
			return err
		}
		piece = piece[end+1:]
	}
	// The last byte may be the first of two that end the line.
	if len(r.held)+len(piece) > r.most+1 {
		return errLineTooLong
	}
	r.held = append(r.held, piece...)
	return nil
}

func (r *LineReader) line(last []byte, take func([]byte) error) error {
	whole := last
	if len(r.held) > 0 {
		if len(r.held)+len(last) > r.most+1 {
			return errLineTooLong
		}
		whole = append(r.held, last...)
		// A long line's room is not kept for those that follow.
		r.held = nil
	}
	whole = bytes.TrimSuffix(whole, []byte{'\r'})
	if len(whole) > r.most {
		return errLineTooLong
	}
	if !utf8.Valid(whole) {
		return &FrameError{"a line is not UTF-8"}
	}
	return take(whole)
}

var errLineTooLong = &FrameError{"a line is too long"}

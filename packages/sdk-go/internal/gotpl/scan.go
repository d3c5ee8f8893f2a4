package gotpl

import (
	"strconv"
	"strings"
)

// mostNesting bounds actions and parentheses inside one another, taken together.
const mostNesting = 500

// scanned is what has to be known of a text before text/template/parse may read it.
type scanned struct {
	// The token that text/template/parse would accept and px0 does not ends here; 0 when there is none.
	end int
	// Its line, which is 0 for the body of a {{block}} that nests too deep, of which px0 has read nothing then.
	line int
	// What is wrong with it.
	reason string
	// Where the {{define}} actions of a text that is linked with others stand, with their ends.
	definitions []extent
	// Where comments of several lines begin, and how many line breaks they have.
	comments []comment
}

type comment struct{ start, breaks int }

// extent is a part of a text, in bytes.
type extent struct{ start, end int }

// scan: text/template/parse recurses as deep as the text asks for, and a stack that is exhausted ends the process, so this looks before it
// parses. It reads tokens only as far as nesting needs: at a text that cannot be read any further it stops, for there the parser stops as
// well.
//
// With names, which are those that the texts before it have defined, the text is one that is linked with others.
func scan(text string, names definedNames) scanned {
	s := scanner{text: text, names: names}
	if names != nil {
		// One deep already, as it will be inside its definition.
		s.levels = 1
	}
	for s.end == 0 && s.nextAction() {
		s.action()
	}
	return s.scanned
}

// openAction is closed by an {{end}}.
type openAction struct {
	word string
	// More than one where {{else if}} has opened further ones, which end together.
	levels int
	// What a {{define}} or a {{block}} defines, and where the action begins.
	name  string
	start int
}

type scanner struct {
	text string
	at   int
	// The actions that are open, and how many levels they and the parentheses make.
	blocks []openAction
	levels int
	// Where the action being read begins, and the name in it if it is one of a template.
	start int
	name  string
	names definedNames
	scanned
}

// nextAction goes behind the next left delimiter, and tells whether there is one.
func (s *scanner) nextAction() bool {
	for {
		open := strings.Index(s.text[s.at:], "{{")
		if open < 0 {
			return false
		}
		start := s.at + open
		s.start, s.at = start, start+2
		if rest := s.text[s.at:]; len(rest) > 1 && rest[0] == '-' && isSpace(rest[1]) {
			s.at += 2
		}
		if !strings.HasPrefix(s.text[s.at:], "/*") {
			return true
		}
		length := strings.Index(s.text[s.at+2:], "*/")
		if length < 0 {
			return false
		}
		breaks := strings.Count(s.text[s.at:s.at+length+2], "\n")
		s.at += length + 4
		if !s.rightDelimiter() {
			return false
		}
		if breaks > 0 {
			s.comments = append(s.comments, comment{start, breaks})
		}
	}
}

// rightDelimiter goes behind the right delimiter here, and tells whether there is one.
func (s *scanner) rightDelimiter() bool {
	rest := s.text[s.at:]
	if len(rest) > 3 && isSpace(rest[0]) && strings.HasPrefix(rest[1:], "-}}") {
		s.at += 4
		return true
	}
	if strings.HasPrefix(rest, "}}") {
		s.at += 2
		return true
	}
	return false
}

// action reads up to behind the right delimiter.
func (s *scanner) action() {
	s.skipSpace()
	word := s.word()
	closed := s.begin(word)
	outer := s.levels
	for s.end == 0 && s.at < len(s.text) {
		at := s.at
		if s.rightDelimiter() {
			s.levels = outer
			if word == "define" || word == "block" {
				// Counted when the body begins.
				s.open(word, s.at-2, s.at)
			}
			if closed.word == "define" || closed.word == "block" {
				s.define(closed)
			}
			return
		}
		switch s.text[at] {
		case '"', '\'', '`':
			s.quoted(s.text[at])
		case '(':
			s.at++
			s.enter(at, s.at)
		case ')':
			s.at++
			s.levels--
		default:
			s.at++
		}
	}
}

func (s *scanner) isAtTrimmedEnd() bool { return strings.HasPrefix(s.text[s.at+1:], "-}}") }

func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.text) && 'a' <= s.text[s.at] && s.text[s.at] <= 'z' {
		s.at++
	}
	return s.text[start:s.at]
}

// begin gives what an {{end}} closes.
func (s *scanner) begin(word string) (closed openAction) {
	switch word {
	case "define", "block", "template":
		s.readName(word != "template")
	case "if", "with", "range":
		s.open(word, s.at-len(word), s.at)
	case "else":
		s.skipSpace()
		if next := s.word(); next == "if" || next == "with" {
			s.enter(s.at-len(next), s.at)
			if len(s.blocks) > 0 {
				s.blocks[len(s.blocks)-1].levels++
			}
		}
	case "end":
		if last := len(s.blocks) - 1; last >= 0 {
			closed = s.blocks[last]
			s.levels -= closed.levels
			s.blocks = s.blocks[:last]
		}
	}
	return closed
}

// readName reads the name of a template, if a literal of one follows.
func (s *scanner) readName(isDefinition bool) {
	s.name = ""
	s.skipSpace()
	start := s.at
	if start == len(s.text) || s.text[start] != '"' && s.text[start] != '`' {
		return
	}
	s.quoted(s.text[start])
	name, err := strconv.Unquote(s.text[start:s.at])
	if err != nil {
		return
	}
	s.name = name
	if s.names != nil && isReserved(name, isDefinition) {
		s.fail(start, s.at, "the name "+quoted(name)+" is reserved")
	}
}

// define has read all of a definition, up to behind its end.
func (s *scanner) define(closed openAction) {
	if s.names == nil {
		return
	}
	if s.names[closed.name] {
		s.fail(s.at-2, s.at, "template: multiple definition of template "+quoted(closed.name))
		return
	}
	s.names[closed.name] = true
	if closed.word == "define" {
		s.definitions = append(s.definitions, extent{closed.start, s.at})
	}
}

func (s *scanner) open(word string, start, end int) {
	s.enter(start, end)
	if word == "block" {
		s.line = 0
	}
	opened := openAction{word: word, levels: 1}
	if word == "define" || word == "block" {
		opened.name, opened.start = s.name, s.start
	}
	s.blocks = append(s.blocks, opened)
}

func (s *scanner) enter(start, end int) {
	if s.levels++; s.levels > mostNesting {
		s.fail(start, end, "max expression depth exceeded")
	}
}

func (s *scanner) fail(start, end int, reason string) {
	s.end, s.line, s.reason = end, 1+strings.Count(s.text[:start], "\n"), reason
}

func (s *scanner) skipSpace() {
	for s.at < len(s.text) && isSpace(s.text[s.at]) && !s.isAtTrimmedEnd() {
		s.at++
	}
}

// quoted goes behind a literal, or to the end of a text in which it has none.
func (s *scanner) quoted(mark byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == mark:
			s.at++
			return
		case c == '\\' && mark != '`':
			s.at++
		case c == '\n' && mark != '`':
			s.at = len(s.text)
		}
	}
	s.at = len(s.text)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

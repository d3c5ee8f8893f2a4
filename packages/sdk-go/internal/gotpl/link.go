package gotpl

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Unit is a text that becomes a definition of a program.
type Unit struct{ Name, Text string }

// Link makes one program of texts of an author, as px0 does, for CompileProgram. The root calls the units, which share what they define. The
// error is a *SyntaxError, and speaks of the text at fault.
func Link(root string, units []Unit) (program string, stretches []Stretch, err error) {
	l := &linker{}
	l.add(root)
	size := 0
	for _, unit := range units {
		size += len(wellFormed(unit.Text))
	}
	if size > mostSource {
		return "", nil, errProgramTooLarge
	}
	names := definedNames{}
	for _, unit := range units {
		text := wellFormed(unit.Text)
		known := scan(text, names)
		if _, err := parseScanned(text, known); err != nil {
			return "", nil, named(err, unit.Name)
		}
		l.addUnit(unit.Name, text, known.definitions)
	}
	if l.program.Len() > mostSource {
		return "", nil, errProgramTooLarge
	}
	return l.program.String(), l.stretches, nil
}

var errProgramTooLarge = &SyntaxError{Line: 1, message: fmt.Sprintf("program must be at most %d bytes", mostSource)}

// named has an error of a text speak of it by its name.
func named(err error, name string) error {
	failure, isSyntax := err.(*SyntaxError)
	if !isSyntax {
		return err
	}
	message := ownName.ReplaceAllStringFunc(failure.message, func(place string) string {
		return strings.Replace(place, templateName, name, 1)
	})
	return &SyntaxError{Line: failure.Line, message: message}
}

var ownName = regexp.MustCompile(`^template: ` + templateName + `:|started at ` + templateName + `:\d+$`)

// definedNames are those that the texts of a program define, each once.
type definedNames map[string]bool

var reservedName = regexp.MustCompile(`^(?:` + templateName + `|message [0-9]+(?:\.[0-9]+)?)$`)

// isReserved: px0 keeps names for itself, which a text of a program can neither define nor call.
func isReserved(name string, isDefinition bool) bool {
	return reservedName.MatchString(name) || !utf8.ValidString(name) || isDefinition && strings.HasPrefix(name, "@")
}

type linker struct {
	program strings.Builder
	// The length of the program in UTF-16 units, in which stretches count.
	length    int
	stretches []Stretch
}

// addUnit adds a text as a definition, and the definitions in it behind that: text/template wants them at the top.
func (l *linker) addUnit(name, text string, definitions []extent) {
	body := text
	// Once more as a text, this brace would join those that follow.
	if strings.HasSuffix(text, "{") {
		body = text[:len(text)-1]
	}
	l.add(`{{define "` + name + `"}}`)
	start, from := 0, 0
	var moved []Stretch
	for _, definition := range definitions {
		from = l.addStretch(name, text[start:definition.start], from)
		cut := text[definition.start:definition.end]
		moved = append(moved, Stretch{Source: cut, From: from})
		from += unitsIn(cut)
		l.add(commentLike(cut))
		start = definition.end
	}
	l.addStretch(name, body[start:], from)
	if len(body) < len(text) {
		l.add(`{{"{"}}`)
	}
	l.add("{{end}}")
	for _, each := range moved {
		l.addStretch(name, each.Source, each.From)
	}
}

// addStretch adds a piece of a text, and gives where it ends in there.
func (l *linker) addStretch(name, piece string, from int) int {
	length := unitsIn(piece)
	l.stretches = append(l.stretches, Stretch{Source: name, At: l.length, Length: length, From: from})
	l.add(piece)
	return from + length
}

func (l *linker) add(piece string) {
	l.program.WriteString(piece)
	l.length += unitsIn(piece)
}

// commentLike gives a comment of as many bytes and lines as a definition, whose last line is as long if that is possible, and which trims the
// text around it as the definition's actions do.
func commentLike(definition string) string {
	open, shut := "{{/*", "*/}}"
	if strings.HasPrefix(definition, "{{-") {
		open = "{{- /*"
	}
	if strings.HasSuffix(definition, "-}}") {
		shut = "*/ -}}"
	}
	newlines := strings.Count(definition, "\n")
	blanks := len(definition) - len(open) - newlines - len(shut)
	lastLine := len(definition) - (strings.LastIndexByte(definition, '\n') + 1)
	last := min(max(lastLine-len(shut), 0), blanks)
	return open + strings.Repeat(" ", blanks-last) + strings.Repeat("\n", newlines) + strings.Repeat(" ", last) + shut
}
